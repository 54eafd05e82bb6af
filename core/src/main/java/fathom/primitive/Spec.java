package fathom.primitive;

import fathom.DType;
import java.util.Arrays;

/**
 * The type, shape and strides of a tensor without its memory: all that shape inference needs.
 *
 * @param dtype the element type
 * @param shape the shape; not to be modified
 * @param strides elements from one index to the next, per dimension; not to be modified
 */
public record Spec(DType dtype, long[] shape, long[] strides) {
    /** {@return a row-major contiguous tensor} */
    public static Spec of(DType dtype, long... shape) {
        return new Spec(dtype, shape, Layouts.contiguous(shape));
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return shape.length;
    }

    /** {@return the size of dimension {@code dim}, which is not negative} */
    public long size(int dim) {
        return shape[dim];
    }

    /** {@return the number of elements} */
    public long numel() {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return n;
    }

    /** {@return whether the elements are in row-major order without gaps} */
    public boolean isContiguous() {
        return Layouts.isContiguous(shape, strides);
    }

    /** {@return whether it consists of exactly these arrays (by identity) and this type} */
    boolean is(DType type, long[] extents, long[] steps) {
        return dtype == type && shape == extents && strides == steps;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Spec s
                && dtype == s.dtype
                && Arrays.equals(shape, s.shape)
                && Arrays.equals(strides, s.strides);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dtype.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(strides);
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape) + (isContiguous() ? "" : " with strides " + Arrays.toString(strides));
    }
}
