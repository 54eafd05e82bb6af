package fathom.guard;

import org.jspecify.annotations.Nullable;

/** A piece of Java state that a captured step depends on, with its value when the step was recorded. */
public abstract class Guard {
    private final Object holder;
    private final @Nullable Object location;
    private final boolean sideEffect;

    /**
     * @param holder the object whose state it is
     * @param location where in that object; null for its contents as a whole
     * @param sideEffect whether the step may change it without being rejected; it then stops being a guard
     */
    Guard(Object holder, @Nullable Object location, boolean sideEffect) {
        this.holder = holder;
        this.location = location;
        this.sideEffect = sideEffect;
    }

    /** {@return whether the state is unchanged} */
    public abstract boolean holds();

    /** {@return a description: {@code field scale of class Net}} */
    public abstract String name();

    /** {@return the recorded value, as text} */
    abstract String before();

    /** {@return the current value, as text} */
    abstract String now();

    /** {@return the description with the recorded and the current value, for messages} */
    public String change() {
        return "%s (%s, then %s)".formatted(name(), before(), now());
    }

    /** {@return whether the step may change it, because it is a captured variable such as a counter} */
    public final boolean maySideEffect() {
        return sideEffect;
    }

    /** {@return the location of the state: equal for guards of one location in different recordings} */
    public final Location location() {
        return new Location(holder, location);
    }

    /** A location in an object; objects are compared by identity. */
    public static final class Location {
        private final Object holder;
        private final @Nullable Object location;

        Location(Object holder, @Nullable Object location) {
            this.holder = holder;
            this.location = location;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Location l && l.holder == holder && java.util.Objects.equals(l.location, location);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(holder) + java.util.Objects.hashCode(location);
        }
    }

    /** {@return a value as text of bounded length} */
    static String shown(@Nullable Object value) {
        String text;
        try {
            text = value instanceof Object[] a ? java.util.Arrays.toString(a) : String.valueOf(value);
        } catch (RuntimeException e) {
            text = value == null ? "null" : value.getClass().getName();
        }
        return text.length() > 60 ? text.substring(0, 57) + "..." : text;
    }
}
