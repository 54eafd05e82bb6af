package fathom.guard;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Guards of the contents of an array, a collection, a map or an atomic variable. */
final class ContentGuard {
    private ContentGuard() {}

    /** {@return a guard of the contents; null if the object is none of these} */
    static @Nullable Guard of(Object of, String name, boolean sideEffect) {
        return switch (of) {
            case Object[] a -> new Elements(of, () -> a.length, a, name, sideEffect);
            case List<?> l when of instanceof RandomAccess -> new Elements(of, l::size, l.toArray(), name, sideEffect);
            case Collection<?> c -> new Elements(of, c::size, c.toArray(), name, sideEffect);
            case Map<?, ?> m -> new Entries(m, name, sideEffect);
            case AtomicInteger a -> new Number(of, a::get, name, sideEffect);
            case AtomicLong a -> new Number(of, a::get, name, sideEffect);
            case AtomicBoolean a -> new Number(of, () -> a.get() ? 1 : 0, name, sideEffect);
            case AtomicReference<?> a -> new Reference(a, name, sideEffect);
            default -> of.getClass().isArray() ? new Numbers(of, name, sideEffect) : null;
        };
    }

    /** {@return the elements; none if it is no collection} */
    static Object[] elements(Object of) {
        return switch (of) {
            case Object[] a -> a;
            case Collection<?> c -> c.toArray();
            case Map<?, ?> m -> m.values().toArray();
            case AtomicReference<?> a -> new Object[] {a.get()};
            default -> new Object[0];
        };
    }

    /** {@return the number of elements; 0 if it is no collection} */
    static int size(Object of) {
        return switch (of) {
            case Collection<?> c -> c.size();
            case Map<?, ?> m -> m.size();
            default -> of.getClass().isArray() ? Array.getLength(of) : 0;
        };
    }

    private abstract static class Content extends Guard {
        private final String name;

        Content(Object of, String name, boolean sideEffect) {
            super(of, null, sideEffect);
            this.name = name;
        }

        @Override
        public String name() {
            return "what is in " + name;
        }
    }

    private interface Size {
        int now();
    }

    /** Elements in iteration order: of an array, a list, a set. */
    private static final class Elements extends Content {
        private final Object of;
        private final Size size;
        private final @Nullable Object[] before;
        private final boolean[] immutable;

        Elements(Object of, Size size, @Nullable Object[] elements, String name, boolean sideEffect) {
            super(of, name, sideEffect);
            this.of = of;
            this.size = size;
            before = elements.clone();
            immutable = new boolean[before.length];
            for (int i = 0; i < before.length; i++) {
                immutable[i] = Values.isImmutable(before[i]);
            }
        }

        @Override
        public boolean holds() {
            try {
                if (size.now() != before.length) {
                    return false;
                }
                Iterator<?> rest = of instanceof Collection<?> c && !(of instanceof RandomAccess) ? c.iterator() : null;
                for (int i = 0; i < before.length; i++) {
                    Object now = rest != null ? rest.next() : of instanceof Object[] a ? a[i] : ((List<?>) of).get(i);
                    if (!Values.same(before[i], immutable[i], now)) {
                        return false;
                    }
                }
                return true;
            } catch (ConcurrentModificationException | IndexOutOfBoundsException e) {
                return false; // another thread is modifying it
            }
        }

        @Override
        String before() {
            return shown(before);
        }

        @Override
        String now() {
            return shown(elements(of));
        }
    }

    private static final class Entries extends Content {
        private final Map<?, ?> of;
        private final @Nullable Object[] keys;
        private final @Nullable Object[] values;
        private final boolean[] immutableKeys;
        private final boolean[] immutableValues;

        Entries(Map<?, ?> of, String name, boolean sideEffect) {
            super(of, name, sideEffect);
            this.of = of;
            keys = of.keySet().toArray();
            values = of.values().toArray();
            immutableKeys = new boolean[keys.length];
            immutableValues = new boolean[values.length];
            for (int i = 0; i < keys.length; i++) {
                immutableKeys[i] = Values.isImmutable(keys[i]);
                immutableValues[i] = Values.isImmutable(values[i]);
            }
        }

        @Override
        public boolean holds() {
            try {
                if (of.size() != keys.length) {
                    return false;
                }
                int i = 0;
                for (Map.Entry<?, ?> e : of.entrySet()) {
                    if (!Values.same(keys[i], immutableKeys[i], e.getKey())
                            || !Values.same(values[i], immutableValues[i], e.getValue())) {
                        return false;
                    }
                    i++;
                }
                return i == keys.length;
            } catch (ConcurrentModificationException | IndexOutOfBoundsException e) {
                return false; // another thread is modifying it
            }
        }

        @Override
        String before() {
            return shown(values);
        }

        @Override
        String now() {
            return shown(of);
        }
    }

    private static final class Number extends Content {
        private final LongSupplier now;
        private final long before;

        Number(Object of, LongSupplier now, String name, boolean sideEffect) {
            super(of, name, sideEffect);
            this.now = now;
            before = now.getAsLong();
        }

        @Override
        public boolean holds() {
            return now.getAsLong() == before;
        }

        @Override
        String before() {
            return Long.toString(before);
        }

        @Override
        String now() {
            return Long.toString(now.getAsLong());
        }
    }

    private static final class Reference extends Content {
        private final AtomicReference<?> of;
        private final @Nullable Object before;
        private final boolean immutable;

        Reference(AtomicReference<?> of, String name, boolean sideEffect) {
            super(of, name, sideEffect);
            this.of = of;
            before = of.get();
            immutable = Values.isImmutable(before);
        }

        @Override
        public boolean holds() {
            return Values.same(before, immutable, of.get());
        }

        @Override
        String before() {
            return shown(before);
        }

        @Override
        String now() {
            return shown(of.get());
        }
    }

    /** An array of a primitive type. */
    private static final class Numbers extends Content {
        private final Object of;
        private final Object before;

        Numbers(Object of, String name, boolean sideEffect) {
            super(of, name, sideEffect);
            this.of = of;
            before = Snapshot.copy(of);
        }

        @Override
        public boolean holds() {
            return Objects.deepEquals(before, of);
        }

        @Override
        String before() {
            return Snapshot.text(before);
        }

        @Override
        String now() {
            return Snapshot.text(of);
        }
    }
}
