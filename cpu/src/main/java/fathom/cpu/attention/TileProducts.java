package fathom.cpu.attention;

import fathom.DType;

/** Who multiplies the matrices of a tile: small products, many of one kind, each on the thread that asks. */
public interface TileProducts {
    /**
     * How a matrix lies.
     *
     * @param type of its elements
     * @param rowStep elements from one row to the next
     * @param columnStep elements from one column to the next
     */
    record Layout(DType type, long rowStep, long columnStep) {
        /** {@return the same with rows and columns exchanged} */
        public Layout transposed() {
            return new Layout(type, columnStep, rowStep);
        }
    }

    /** A product {@code C = A B} of matrices of given sizes and layouts; any number of threads may run it. */
    @FunctionalInterface
    interface Product {
        /** Multiplies the matrices at these addresses. */
        void run(long a, long b, long c);
    }

    /** {@return the product of {@code [m, k]} and {@code [k, n]}; C may be float32 where A and B are narrower} */
    Product of(int m, int n, int k, Layout a, Layout b, Layout c);
}
