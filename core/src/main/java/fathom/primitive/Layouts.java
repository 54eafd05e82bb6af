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

    /** {@return a logical [N, C, d1, ...] whose channels lie next to each other} */
    public static Spec channelsLast(DType dtype, long... shape) {
        var strides = new long[shape.length];
        strides[1] = 1;
        long s = Math.max(1, shape[1]);
        for (int d = shape.length - 1; d >= 2; d--) {
            strides[d] = s;
            s *= Math.max(1, shape[d]);
        }
        strides[0] = s;
        return new Spec(dtype, shape, strides);
    }

    /** {@return whether the channels of a logical [N, C, d1, ...] lie next to each other, and pixels do not} */
    public static boolean isChannelsLast(long[] shape, long[] strides) {
        return shape.length > 2 && shape[1] > 1 && strides[1] == 1 && strides[shape.length - 1] != 1;
    }

    /**
     * {@return an output [N, C, d1, ...] whose channels lie next to each other if those of an input do, else row-major}
     *
     * @param inShape the input's extents
     * @param inStrides the input's strides
     * @param shape the output's extents
     */
    public static Spec withChannelsAs(long[] inShape, long[] inStrides, DType dtype, long... shape) {
        return isChannelsLast(inShape, inStrides) ? channelsLast(dtype, shape) : Spec.of(dtype, shape);
    }

    /** {@return whether strides are what {@link #contiguous} gives, in dimensions of one element too} */
    static boolean isRowMajor(long[] shape, long[] strides) {
        long s = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            if (strides[d] != s) {
                return false;
            }
            s *= Math.max(1, shape[d]);
        }
        return true;
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
