package fathom.backend;

import fathom.DType;
import fathom.Shape;
import java.util.List;
import java.util.Objects;

/**
 * How an operand lies in memory.
 *
 * @param dtype the type of the elements
 * @param shape the extent of each dimension; may hold zeros; empty for a single number
 * @param strides elements (not bytes) from one index to the next, per dimension; 0 where it was broadcast, may be
 *     negative
 */
public record OperandLayout(DType dtype, Shape shape, List<Long> strides) {
    /** Takes a copy of the list. */
    public OperandLayout {
        strides = List.copyOf(strides);
        if (strides.size() != shape.rank()) {
            throw new IllegalArgumentException(
                    "OperandLayout: there are strides %s for the shape %s".formatted(strides, shape));
        }
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return strides.size();
    }

    /** {@return the extent of a dimension} */
    public long size(int dim) {
        return shape.dim(dim);
    }

    /** {@return the elements (not bytes) from one index of a dimension to the next} */
    public long stride(int dim) {
        return strides.get(dim);
    }

    /** {@return the number of elements} */
    public long numel() {
        return shape.numel();
    }

    /** {@return whether the elements lie in row-major order without gaps} */
    public boolean isContiguous() {
        long expected = 1;
        for (int d = rank() - 1; d >= 0; d--) {
            if (size(d) != 1 && stride(d) != expected) {
                return numel() == 0;
            }
            expected *= size(d);
        }
        return true;
    }

    /**
     * {@return how many elements lie from the one at index 0, ..., 0 to that at an index}
     *
     * @throws IndexOutOfBoundsException if the index is not within the shape
     */
    public long offset(long... index) {
        if (index.length != rank()) {
            throw new IndexOutOfBoundsException(
                    "an operand of shape %s has no index of %s dimensions".formatted(shape, index.length));
        }
        long offset = 0;
        for (int d = 0; d < index.length; d++) {
            offset += Objects.checkIndex(index[d], size(d)) * stride(d);
        }
        return offset;
    }
}
