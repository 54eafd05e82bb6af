package fathom.cpu.attention;

import fathom.DType;

/** Provider of a tile's matrix products: small products, many of the same shape, each run on the calling thread. */
public interface TileProducts {
    /**
     * The layout of a matrix.
     *
     * @param type element type
     * @param rowStep row stride in elements
     * @param columnStep column stride in elements
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
