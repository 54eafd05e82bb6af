package fathom.primitive;

import fathom.DType;

/** Strides of the usual layouts. */
public final class Layouts {
    private Layouts() {}

    /** {@return row-major strides} */
    public static long[] contiguous(long[] shape) {
        var strides = new long[shape.length];
        long s = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = s;
            s *= Math.max(1, shape[d]);
        }
        return strides;
    }

    /** {@return a logical [N, C, H, W] whose channels lie next to each other} */
    public static Spec channelsLast(DType dtype, long n, long c, long h, long w) {
        return new Spec(dtype, new long[] {n, c, h, w}, new long[] {h * w * c, 1, w * c, c});
    }

    /** {@return whether the elements lie in row-major order without gaps} */
    public static boolean isContiguous(long[] shape, long[] strides) {
        long s = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            if (shape[d] == 0) {
                return true;
            }
            if (shape[d] != 1 && strides[d] != s) {
                return false;
            }
            s *= shape[d];
        }
        return true;
    }
}
