package fathom.primitive;

import fathom.DType;
import fathom.memory.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as seen by a backend: the location of its elements.
 *
 * <p>The caller keeps the memory alive during the call. Arrays are not to be modified.
 *
 * @param dtype the element type
 * @param address the address, on the computing device, of the element at index 0, ..., 0
 * @param shape the shape; sizes may be zero; empty for a scalar
 * @param strides elements (not bytes) from one index to the next, per dimension; zero where expanded, may be negative
 * @param storage the storage of persistent memory such as a parameter's: a backend may cache what it derives from its
 *     contents there, see {@link Storage#reused}; null for other memory
 */
public record Operand(DType dtype, long address, long[] shape, long[] strides, @Nullable Storage storage) {
    /** An operand in transient memory. */
    public Operand(DType dtype, long address, long[] shape, long[] strides) {
        this(dtype, address, shape, strides, null);
    }

    /** {@return the number of elements} */
    public long numel() {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return n;
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return shape.length;
    }

    /** {@return the same elements with a dimension of size 1 inserted at {@code dim}} */
    public Operand unsqueeze(int dim) {
        var extents = new long[shape.length + 1];
        var steps = new long[shape.length + 1];
        for (int d = 0; d < extents.length; d++) {
            int from = d < dim ? d : d - 1;
            extents[d] = d == dim ? 1 : shape[from];
            steps[d] = d != dim ? strides[from] : dim < shape.length ? shape[dim] * strides[dim] : 1;
        }
        return new Operand(dtype, address, extents, steps, storage);
    }
}
