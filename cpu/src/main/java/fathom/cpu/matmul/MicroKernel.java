package fathom.cpu.matmul;

/**
 * Computes one tile of a matrix product in registers: {@code C = init + A B} for a fixed number of rows and of columns
 * (see {@link TileShape}). Each element is the sum over p, in rising order, of fused multiply-adds.
 */
@FunctionalInterface
interface MicroKernel {
    /**
     * Runs on one tile. Addresses and steps are in bytes.
     *
     * @param a the array that A's block was copied to (see {@link Left}): of float or of double
     * @param aStart index of A's element (0, 0) in it
     * @param b B's element (0, 0); its columns are contiguous
     * @param bStep from B's element (p, j) to (p + 1, j)
     * @param init element (0, 0) of what the sums start from, columns contiguous, or 0 to start from zero; may be C
     * @param initStep from one row of {@code init} to the next; 0 for a bias
     * @param c C's element (0, 0); its columns are contiguous
     * @param cStep from one row of C to the next
     * @param depth number of steps of p, at least 0
     */
    void run(Object a, int aStart, long b, long bStep, long init, long initStep, long c, long cStep, int depth);
}
