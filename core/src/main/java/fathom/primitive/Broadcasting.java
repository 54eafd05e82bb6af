package fathom.primitive;

import fathom.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** Broadcasting as in PyTorch: shapes are aligned at their last dimension, and dimensions of size 1 are expanded. */
public final class Broadcasting {
    private Broadcasting() {}

    /**
     * The broadcast shape.
     *
     * @param operation the name for the error message: a string, or the primitive
     * @throws IllegalArgumentException if the shapes do not broadcast, naming both
     */
    public static long[] shape(Object operation, Tensor... tensors) {
        if (tensors.length == 0) {
            return new long[0];
        }
        long[] shape = Ops.shape(tensors[0]);
        for (int i = 1; i < tensors.length; i++) {
            long[] other = Ops.shape(tensors[i]);
            if (!Arrays.equals(shape, other)) {
                shape = pair(operation, shape, other);
            }
        }
        return shape;
    }

    /** As {@link #shape(Object, Tensor...)}, for specs. */
    public static long[] shape(Object operation, Spec... specs) {
        if (specs.length == 0) {
            return new long[0];
        }
        long[] shape = specs[0].shape();
        for (int i = 1; i < specs.length; i++) {
            long[] other = specs[i].shape();
            if (!Arrays.equals(shape, other)) {
                shape = pair(operation, shape, other);
            }
        }
        return shape;
    }

    private static Object nameOf(Object operation) {
        return operation instanceof Primitive p ? p.name() : operation;
    }

    /** {@return the broadcast shape of two} */
    public static long[] pair(Object operation, long[] a, long[] b) {
        int rank = Math.max(a.length, b.length);
        var shape = new long[rank];
        for (int d = 1; d <= rank; d++) {
            long x = d <= a.length ? a[a.length - d] : 1;
            long y = d <= b.length ? b[b.length - d] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: shapes %s and %s do not broadcast: %d and %d differ at dimension %d and neither is 1",
                                nameOf(operation),
                                Arrays.toString(a),
                                Arrays.toString(b),
                                x,
                                y,
                                rank - d));
            }
            shape[rank - d] = x == 1 ? y : x;
        }
        return shape;
    }

    /**
     * {@return the strides with which a tensor of the given shape and strides expands to {@code to}: zeros where it is
     * expanded}
     */
    public static long[] strides(long[] shape, long[] strides, long[] to) {
        if (shape.length == to.length && Arrays.equals(shape, to)) {
            return strides;
        }
        var out = new long[to.length];
        int shift = to.length - shape.length;
        for (int d = 0; d < shape.length; d++) {
            out[d + shift] = shape[d] == 1 && to[d + shift] != 1 ? 0 : strides[d];
        }
        return out;
    }

    /** {@return the dimensions of {@code full} along which a tensor of {@code shape} was expanded} */
    public static int[] reducedDims(long[] full, long[] shape) {
        var dims = new int[full.length];
        int n = 0;
        int shift = full.length - shape.length;
        for (int d = 0; d < full.length; d++) {
            if (d < shift || shape[d - shift] == 1 && full[d] != 1) {
                dims[n++] = d;
            }
        }
        return Arrays.copyOf(dims, n);
    }

    /**
     * {@return the strides of a pointwise result: those of the first input of the full shape, if it is dense but not
     * row-major; else row-major ones}
     */
    static long[] denseStrides(long[] shape, Spec... inputs) {
        for (Spec s : inputs) {
            if (Arrays.equals(s.shape(), shape)) {
                long[] strides = s.strides();
                return Layouts.isRowMajor(shape, strides)
                                || !Layouts.isContiguous(shape, strides) && isDense(shape, strides)
                        ? strides
                        : Layouts.contiguous(shape);
            }
        }
        return Layouts.contiguous(shape);
    }

    /** {@return whether the elements fill a contiguous block of memory, in any order of dimensions} */
    public static boolean isDense(long[] shape, long[] strides) {
        var order = new Integer[shape.length];
        for (int d = 0; d < order.length; d++) {
            order[d] = d;
        }
        Arrays.sort(order, (p, q) -> Long.compare(strides[p], strides[q]));
        long expected = 1;
        for (int d : order) {
            if (shape[d] == 0) {
                return true;
            }
            if (shape[d] == 1) {
                continue;
            }
            if (strides[d] != expected) {
                return false;
            }
            expected *= shape[d];
        }
        return true;
    }
}
