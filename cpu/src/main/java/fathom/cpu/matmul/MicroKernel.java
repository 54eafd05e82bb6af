package fathom.cpu.matmul;

/**
 * Computes one tile of a matrix product in registers: {@code C = init + A B} for a fixed number of rows and of columns
 * (see {@link TileShape}). Each element is a chain of fused multiply-adds over p in ascending order.
 */
@FunctionalInterface
interface MicroKernel {
    /**
     * Runs on one tile. Addresses and steps are in bytes.
     *
     * @param a A's packed block (see {@link Left}), a {@code float[]} or {@code double[]}
     * @param aStart index of A's element (0, 0) in it
     * @param b address of B's element (0, 0); its columns are contiguous
     * @param bStep row stride of B
     * @param init address of the initial values, with contiguous columns, or 0 to start from zero; may be C
     * @param initStep row stride of {@code init}; 0 for a bias
     * @param c address of C's element (0, 0); its columns are contiguous
     * @param cStep row stride of C
     * @param depth number of steps of p, at least 0
     */
    void run(Object a, int aStart, long b, long bStep, long init, long initStep, long c, long cStep, int depth);
}
