package fathom;

import fathom.dispatch.Dims;
import java.util.Arrays;

/** The shape of a tensor: the sizes of its dimensions; prints as {@code [3, 4]}. Immutable. */
public final class Shape {
    private final long[] dims;

    Shape(long[] dims) {
        this.dims = dims;
    }

    /**
     * {@return the shape with these sizes}
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Shape of(long... dims) {
        for (long d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("a shape must not have negative sizes: " + Arrays.toString(dims));
            }
        }
        return new Shape(dims.clone());
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return dims.length;
    }

    /**
     * {@return the size of dimension {@code i}; negative numbers count from the end}
     *
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public long dim(int i) {
        return dims[Dims.normalize("shape", i, dims.length)];
    }

    /** {@return the number of elements} */
    public long numel() {
        return Dims.numel(dims);
    }

    /** {@return a copy of the sizes} */
    public long[] dims() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
