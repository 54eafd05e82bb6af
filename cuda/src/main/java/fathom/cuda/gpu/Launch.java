package fathom.cuda.gpu;

/**
 * A kernel with its arguments and grid.
 *
 * @param function the kernel
 * @param grid the numbers of blocks: x, y, z
 * @param block the numbers of threads of a block: x, y, z
 * @param sharedBytes the size of the shared memory declared by {@code DYNAMIC_SHARED}
 * @param arguments the fields of {@code Arguments}; doubles as their raw bits. May be changed between runs
 */
public record Launch(KernelFunction function, int[] grid, int[] block, int sharedBytes, long[] arguments) {

    /** A launch in one dimension, without shared memory of a chosen size. */
    public static Launch linear(KernelFunction function, long blocks, int threads, long... arguments) {
        return new Launch(function, new int[] {Math.toIntExact(blocks), 1, 1}, new int[] {threads, 1, 1}, 0, arguments);
    }
}
