package fathom.primitive;

import fathom.DType;

/**
 * A tensor as a backend sees it: where its elements lie.
 *
 * <p>The caller keeps the memory alive for the length of the call. Arrays are not to be modified.
 *
 * @param dtype the type of the elements
 * @param address the absolute address of the element at index 0, ..., 0
 * @param shape the extent of each dimension; may hold zeros; empty for a single number
 * @param strides elements (not bytes) from one index to the next, per dimension; zero where expanded, may be negative
 */
public record Operand(DType dtype, long address, long[] shape, long[] strides) {

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
}
