package fathom.guard;

import fathom.Generator;
import fathom.Tensor;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A snapshot of a value for later comparison: a deep copy of its mutable parts. */
final class Snapshot {
    /**
     * The snapshot of an array, a list, a map or a record by its parts; tensors and blocks are compared by identity.
     */
    private record Parts(Class<?> type, List<@Nullable Object> parts) {}

    private Snapshot() {}

    /**
     * {@return a snapshot of the value now; snapshots of equal contents are equal}
     *
     * @throws IllegalArgumentException if it contains an object that cannot be compared
     */
    static @Nullable Object of(@Nullable Object v) {
        return switch (v) {
            case null -> null;
            case Tensor _, Generator _ -> new Same(v);
            case Object[] a -> parts(Object[].class, java.util.Arrays.asList(a.clone()), v);
            case Optional<?> o -> parts(Optional.class, o.isPresent() ? List.of(o.get()) : List.of(), v);
            case Record r when !Values.isImmutable(r) -> record(r);
            case Collection<?> c when !Values.isImmutable(c) -> parts(Collection.class, c, v);
            case Map<?, ?> m when !Values.isImmutable(m) -> {
                var all = new ArrayList<@Nullable Object>(m.keySet());
                all.addAll(m.values());
                yield parts(Map.class, all, v);
            }
            case java.util.concurrent.atomic.AtomicInteger a -> a.get();
            case java.util.concurrent.atomic.AtomicLong a -> a.get();
            case java.util.concurrent.atomic.AtomicBoolean a -> a.get();
            case AtomicReference<?> a -> of(a.get());
            default -> {
                if (v.getClass().isArray()) {
                    yield new Numbers(copy(v));
                }
                if (StatefulFamilies.of(v.getClass()) != null) {
                    yield new Same(v);
                }
                if (!Values.isImmutable(v)) {
                    throw new IllegalArgumentException(
                            "guard: expected numbers, booleans, strings, enums, tensors, blocks, and records, lists, maps and arrays of these; not a "
                                    + v.getClass().getName());
                }
                yield v;
            }
        };
    }

    private record Numbers(Object array) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Numbers n && java.util.Objects.deepEquals(array, n.array);
        }

        @Override
        public int hashCode() {
            return Array.getLength(array);
        }

        @Override
        public String toString() {
            return text(array);
        }
    }

    private record Same(Object object) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Same s && s.object == object;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(object);
        }

        @Override
        public String toString() {
            return object instanceof Tensor t ? "a tensor of shape " + t.shape() : object.getClass().getName();
        }
    }

    private static Object record(Record r) {
        var all = new ArrayList<@Nullable Object>();
        for (Slot s : Slot.ofInstances(r.getClass(), Record.class)) {
            if (!s.isReadable()) {
                throw new IllegalArgumentException("guard: %s cannot be read".formatted(s.name()));
            }
            all.add(s.number() != null ? (Object) s.number(r) : s.object(r));
        }
        return parts(r.getClass(), all, r);
    }

    private static Object parts(Class<?> type, Collection<?> of, Object whole) {
        var parts = new ArrayList<@Nullable Object>(of.size());
        for (Object o : of) {
            if (o == whole) {
                throw new IllegalArgumentException("guard: a collection that contains itself cannot be compared");
            }
            parts.add(of(o));
        }
        return new Parts(type, parts);
    }

    /** {@return a copy of an array of a primitive type} */
    static Object copy(Object array) {
        int n = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), n);
        System.arraycopy(array, 0, copy, 0, n);
        return copy;
    }

    /** {@return the first elements of an array of a primitive type, as text} */
    static String text(Object array) {
        var text = new StringBuilder("[");
        int n = Array.getLength(array);
        for (int i = 0; i < n; i++) {
            text.append(i == 0 ? "" : ", ").append(i == 6 ? "..." : Array.get(array, i));
            if (i == 6) {
                break;
            }
        }
        return text.append(']').toString();
    }
}
