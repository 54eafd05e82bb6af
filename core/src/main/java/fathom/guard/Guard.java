package fathom.guard;

import org.jspecify.annotations.Nullable;

/** Something in Java that a captured step depends on, as it was when the step was recorded. */
public abstract class Guard {
    private final Object holder;
    private final @Nullable Object place;
    private final boolean sideEffect;

    /**
     * @param holder the object whose state it is
     * @param place where in that object; null for its contents as a whole
     * @param sideEffect whether the step may change it without being refused; it is then no condition any more
     */
    Guard(Object holder, @Nullable Object place, boolean sideEffect) {
        this.holder = holder;
        this.place = place;
        this.sideEffect = sideEffect;
    }

    /** {@return whether it is as it was} */
    public abstract boolean holds();

    /** {@return what it is: {@code field scale of class Net}} */
    public abstract String name();

    /** {@return what it was, as text} */
    abstract String before();

    /** {@return what it is now, as text} */
    abstract String now();

    /** {@return what it is, what it was, and what it is now, for messages} */
    public String change() {
        return "%s (%s, then %s)".formatted(name(), before(), now());
    }

    /** {@return whether the step may change it: it is a captured variable, such as a counter} */
    public final boolean maySideEffect() {
        return sideEffect;
    }

    /** {@return where it is: equal for guards of the same place, of whatever recording} */
    public final Location location() {
        return new Location(holder, place);
    }

    /** A place in an object; objects are told apart by identity. */
    public static final class Location {
        private final Object holder;
        private final @Nullable Object place;

        Location(Object holder, @Nullable Object place) {
            this.holder = holder;
            this.place = place;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Location l && l.holder == holder && java.util.Objects.equals(l.place, place);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(holder) + java.util.Objects.hashCode(place);
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
