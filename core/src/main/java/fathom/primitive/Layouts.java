package fathom.primitive;

import fathom.DType;

/** Strides of the common memory layouts. */
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

    /** {@return the spec of a channels-last tensor with logical shape [N, C, d1, ...]} */
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

    /** {@return whether a tensor of logical shape [N, C, d1, ...] is channels-last, and not contiguous as well} */
    public static boolean isChannelsLast(long[] shape, long[] strides) {
        return shape.length > 2 && shape[1] > 1 && strides[1] == 1 && strides[shape.length - 1] != 1;
    }

    /**
     * {@return the spec of an output [N, C, d1, ...] that is channels-last if an input is, else row-major}
     *
     * @param inShape the input's shape
     * @param inStrides the input's strides
     * @param shape the output's shape
     */
    public static Spec withChannelsAs(long[] inShape, long[] inStrides, DType dtype, long... shape) {
        return isChannelsLast(inShape, inStrides) ? channelsLast(dtype, shape) : Spec.of(dtype, shape);
    }

    /** {@return whether strides equal those of {@link #contiguous}, also in dimensions of one element} */
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

    /** {@return whether the elements are in row-major order without gaps} */
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

    /**
     * {@return whether a tensor of three or more dimensions is row-major, without gaps, once a dimension is moved to
     * the end, as channels-last tensors and their slices along the batch are}
     */
    public static boolean isRowMajorButForOne(long[] shape, long[] strides) {
        int moved = -1;
        for (int d = 0; d < shape.length - 1; d++) {
            if (strides[d] == 1 && shape[d] > 1) {
                moved = d;
            }
        }
        if (shape.length < 3 || moved < 0) {
            return false;
        }
        long s = shape[moved];
        for (int d = shape.length - 1; d >= 0; d--) {
            if (d != moved && shape[d] != 1) {
                if (strides[d] != s) {
                    return false;
                }
                s *= shape[d];
            }
        }
        return true;
    }
}
