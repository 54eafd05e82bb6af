package fathom.dispatch;

import static fathom.memory.Native.ALL;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tensors from nested Java arrays and back. */
public final class JavaArrays {
    private JavaArrays() {}

    /**
     * The type for values of a Java type: PyTorch's for literals, so {@code int} yields int64 and {@code double}
     * float32.
     */
    public static DType literalType(Class<?> element) {
        if (element == double.class || element == float.class) {
            return DType.FLOAT32;
        }
        if (element == long.class || element == int.class) {
            return DType.INT64;
        }
        if (element == short.class) {
            return DType.INT16;
        }
        if (element == byte.class) {
            return DType.INT8;
        }
        if (element == boolean.class) {
            return DType.BOOL;
        }
        throw new IllegalArgumentException(
                "tensor: expected an array of numbers or booleans, not of " + element.getName());
    }

    public static Tensor toTensor(Object array, @Nullable DType dtype) {
        var shape = new ArrayList<Long>();
        Class<?> type = array.getClass();
        Object level = array;
        if (!type.isArray()) {
            throw new IllegalArgumentException(
                    "tensor: expected numbers or a Java array of them, not " + type.getName());
        }
        while (type.isArray()) {
            int n = level == null ? 0 : Array.getLength(level);
            shape.add((long) n);
            type = type.getComponentType();
            level = level == null || n == 0 || !type.isArray() ? null : Array.get(level, 0);
        }
        DType to = dtype == null ? literalType(type) : dtype;
        literalType(type);
        var extents = shape.stream().mapToLong(n -> n).toArray();
        Tensor t = TensorAccess.allocate(Spec.of(to, extents));
        HostAccess.write(t, address -> fill(array, extents, 0, address, to));
        return t;
    }

    private static long fill(Object array, long[] shape, int depth, long address, DType to) {
        if (array == null || Array.getLength(array) != shape[depth]) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "tensor: rows differ in length at depth %d: %s and %s",
                            depth,
                            shape[depth],
                            array == null ? "null" : Array.getLength(array)));
        }
        if (depth < shape.length - 1) {
            for (Object row : (Object[]) array) {
                address = fill(row, shape, depth + 1, address, to);
            }
            return address;
        }
        int size = to.size();
        switch (array) {
            case float[] a when to == DType.FLOAT32 ->
                    MemorySegment.copy(a, 0, ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, address, a.length);
            case double[] a when to == DType.FLOAT64 ->
                    MemorySegment.copy(a, 0, ALL, ValueLayout.JAVA_DOUBLE_UNALIGNED, address, a.length);
            case long[] a when to == DType.INT64 ->
                    MemorySegment.copy(a, 0, ALL, ValueLayout.JAVA_LONG_UNALIGNED, address, a.length);
            case byte[] a when to == DType.UINT8 || to == DType.INT8 ->
                    MemorySegment.copy(a, 0, ALL, ValueLayout.JAVA_BYTE, address, a.length);
            case float[] a -> {
                for (int i = 0; i < a.length; i++) {
                    Elements.setDouble(to, address + (long) i * size, a[i]);
                }
            }
            case double[] a -> {
                for (int i = 0; i < a.length; i++) {
                    Elements.setDouble(to, address + (long) i * size, a[i]);
                }
            }
            case boolean[] a -> {
                for (int i = 0; i < a.length; i++) {
                    Elements.setLong(to, address + (long) i * size, a[i] ? 1 : 0);
                }
            }
            default -> {
                for (int i = 0; i < shape[depth]; i++) {
                    Elements.setLong(to, address + (long) i * size, Array.getLong(array, i));
                }
            }
        }
        return address + shape[depth] * size;
    }

    public static <A> A toArray(Tensor t, Class<A> type) {
        int depth = 0;
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
            depth++;
        }
        if (depth != t.dim() || !element.isPrimitive() || element == char.class) {
            throw new IllegalArgumentException(
                    "toArray: a tensor of shape %s does not fit into %s".formatted(t.shape(), type.getSimpleName()));
        }
        if (depth == 0) {
            throw new IllegalArgumentException("toArray: a scalar is not an array; use item()");
        }
        for (long n : Ops.shape(t)) {
            if (n > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "toArray: a dimension of %s is too long for a Java array".formatted(t.shape()));
            }
        }
        Tensor c = t.detach().contiguous();
        Class<?> numbers = element;
        return type.cast(HostAccess.read(c, address -> read(c, numbers, 0, new long[] {address})));
    }

    private static Object read(Tensor t, Class<?> element, int depth, long[] address) {
        int n = (int) Ops.shape(t)[depth];
        int rest = t.dim() - depth - 1;
        if (rest > 0) {
            Class<?> component = element;
            for (int i = 0; i < rest; i++) {
                component = component.arrayType();
            }
            var rows = (Object[]) Array.newInstance(component, n);
            for (int i = 0; i < n; i++) {
                rows[i] = read(t, element, depth + 1, address);
            }
            return rows;
        }
        DType from = t.dtype();
        long a = address[0];
        int size = from.size();
        address[0] += (long) n * size;
        Object row = Array.newInstance(element, n);
        switch (row) {
            case float[] f when from == DType.FLOAT32 ->
                    MemorySegment.copy(ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, a, f, 0, n);
            case double[] d when from == DType.FLOAT64 ->
                    MemorySegment.copy(ALL, ValueLayout.JAVA_DOUBLE_UNALIGNED, a, d, 0, n);
            case long[] l when from == DType.INT64 ->
                    MemorySegment.copy(ALL, ValueLayout.JAVA_LONG_UNALIGNED, a, l, 0, n);
            case byte[] b when size == 1 -> MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, a, b, 0, n);
            case float[] f -> {
                for (int i = 0; i < n; i++) {
                    f[i] = (float) Elements.getDouble(from, a + (long) i * size);
                }
            }
            case double[] d -> {
                for (int i = 0; i < n; i++) {
                    d[i] = Elements.getDouble(from, a + (long) i * size);
                }
            }
            case boolean[] b -> {
                for (int i = 0; i < n; i++) {
                    b[i] = Elements.getDouble(from, a + (long) i * size) != 0;
                }
            }
            case long[] l -> {
                for (int i = 0; i < n; i++) {
                    l[i] = Elements.getLong(from, a + (long) i * size);
                }
            }
            case int[] k -> {
                for (int i = 0; i < n; i++) {
                    k[i] = (int) Elements.getLong(from, a + (long) i * size);
                }
            }
            case short[] s -> {
                for (int i = 0; i < n; i++) {
                    s[i] = (short) Elements.getLong(from, a + (long) i * size);
                }
            }
            case byte[] b -> {
                for (int i = 0; i < n; i++) {
                    b[i] = (byte) Elements.getLong(from, a + (long) i * size);
                }
            }
            default -> throw new IllegalArgumentException("toArray: no conversion to " + element);
        }
        return row;
    }
}
