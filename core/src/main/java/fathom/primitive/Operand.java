package fathom.primitive;

import fathom.DType;
import fathom.memory.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as a backend sees it: where its elements lie.
 *
 * <p>The caller keeps the memory alive for the length of the call. Arrays are not to be modified.
 *
 * @param dtype the type of the elements
 * @param address the address, on the device that computes, of the element at index 0, ..., 0
 * @param shape the extent of each dimension; may hold zeros; empty for a single number
 * @param strides elements (not bytes) from one index to the next, per dimension; zero where expanded, may be negative
 * @param storage the memory, where it is a parameter's or the like, which lasts: what a backend derives from such
 *     contents it may keep with them, see {@link Storage#reused}; null for others
 */
public record Operand(DType dtype, long address, long[] shape, long[] strides, @Nullable Storage storage) {
    /** An operand that does not last. */
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

    /** {@return the same elements with a dimension of one element more, at {@code dim}} */
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
