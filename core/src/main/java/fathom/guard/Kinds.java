package fathom.guard;

import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The registry of families. */
public final class Kinds {
    private static final List<Kind> ALL = new CopyOnWriteArrayList<>();

    private Kinds() {}

    /** Registers a family. */
    public static void add(Kind kind) {
        ALL.add(kind);
    }

    /** {@return the family of a class; null if it belongs to none} */
    public static @Nullable Kind of(Class<?> type) {
        for (Kind k : ALL) {
            if (k.base().isAssignableFrom(type)) {
                return k;
            }
        }
        return null;
    }

    /** Makes a field accessible, if this module or that of a family may. */
    static boolean open(Field field) {
        if (field.trySetAccessible()) {
            return true;
        }
        for (Kind k : ALL) {
            if (k.open(field)) {
                return true;
            }
        }
        return false;
    }
}
