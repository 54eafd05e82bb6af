package fathom.primitive;

import org.jspecify.annotations.Nullable;

/** Holds the dispatcher, which package {@code fathom} does not export, for the other packages of this module. */
public final class Dispatchers {
    private static volatile @Nullable Dispatcher dispatcher;

    private Dispatchers() {}

    /** Called by the implementation when its class is initialised. */
    public static void set(Dispatcher implementation) {
        dispatcher = implementation;
    }

    /** {@return the dispatcher} */
    public static Dispatcher get() {
        if (dispatcher == null) {
            try {
                Class.forName("fathom.Dispatch", true, Dispatchers.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new LinkageError("the dispatcher is missing", e);
            }
        }
        Dispatcher found = dispatcher;
        if (found == null) {
            throw new IllegalStateException("the dispatcher is being initialised");
        }
        return found;
    }
}
