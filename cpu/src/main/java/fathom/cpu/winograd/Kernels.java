package fathom.cpu.winograd;

import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * The transform of kernels {@code [O, C, 3, 3]} to {@value Grid#PRODUCTS} matrices, {@code [C, O]} or {@code [O, C]}.
 *
 * <pre>
 *           1    0    0
 *      G = 1/2  1/2  1/2      G k G^T, and of products p: G^T p G
 *          1/2 -1/2  1/2
 *           0    0    1
 * </pre>
 *
 * @param outputs O
 * @param inputs C
 */
public record Kernels(int outputs, int inputs) {
    static final int TAPS = 9;
    private static final long WORD = Float.BYTES;
    private static final long BYTES = TAPS * WORD;

    /** Side length, in channels, of a block of kernels. */
    private static final int BLOCK = VectorApi.lanes(Float.BYTES);

    /** Kernels after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 1 << 12;

    /** Upper bound, in nanoseconds, of a block once the code is compiled. */
    private static final long COMPILED_NANOS = 20_000;

    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, Kernels::exercise);

    /** {@return the size of the transformed kernels, in bytes} */
    public long bytes() {
        return Grid.PRODUCTS * step();
    }

    private long step() {
        return Grid.step(inputs, outputs) * WORD;
    }

    /**
     * Transforms kernels.
     *
     * @param from address of the kernels {@code [O, C, 3, 3]}
     * @param to address of the transformed kernels, matrices {@code [C, O]}
     */
    public void forward(long from, long to) {
        transform(from, to, false);
    }

    /**
     * Transforms kernels rotated by 180 degrees to matrices {@code [O, C]}, for the gradient with respect to the input.
     */
    public void rotated(long from, long to) {
        transform(from, to, true);
    }

    private void transform(long from, long to, boolean rotated) {
        int columns = rotated ? inputs : outputs;
        long row = columns * WORD;
        forBlocks((o, c, vectors, buffers) -> {
            long kernel = from + ((long) o * inputs + c) * BYTES;
            long place = to + (rotated ? o * row + c * WORD : c * row + o * WORD);
            if (vectors) {
                VectorKernels.transform(buffers, kernel, inputs * BYTES, rotated, place, row, step());
                return;
            }
            for (int i = 0; i < Math.min(BLOCK, outputs - o); i++) {
                for (int j = 0; j < Math.min(BLOCK, inputs - c); j++) {
                    PlainKernels.transform(
                            kernel + ((long) i * inputs + j) * BYTES,
                            rotated,
                            place + (rotated ? i * row + j * WORD : j * row + i * WORD),
                            step());
                }
            }
        });
    }

    /**
     * Computes the gradient with respect to the kernels from sums of products.
     *
     * @param from address of the first sums, matrices {@code [C, O]}
     * @param parts number of contiguous partial sums to add
     * @param to address of the gradient, {@code [O, C, 3, 3]}
     */
    public void gradient(long from, int parts, long to) {
        long row = outputs * WORD;
        forBlocks((o, c, vectors, buffers) -> {
            long place = from + c * row + o * WORD;
            long kernel = to + ((long) o * inputs + c) * BYTES;
            if (vectors) {
                VectorKernels.gradient(buffers, place, parts, bytes(), row, step(), kernel, inputs * BYTES);
                return;
            }
            for (int i = 0; i < Math.min(BLOCK, outputs - o); i++) {
                for (int j = 0; j < Math.min(BLOCK, inputs - c); j++) {
                    PlainKernels.gradient(
                            place + j * row + i * WORD,
                            parts,
                            bytes(),
                            step(),
                            kernel + ((long) i * inputs + j) * BYTES);
                }
            }
        });
    }

    private interface Block {
        void run(int output, int input, boolean vectors, VectorKernels.Buffers buffers);
    }

    private void forBlocks(Block body) {
        long across = (inputs + BLOCK - 1) / BLOCK;
        long down = (outputs + BLOCK - 1) / BLOCK;
        boolean full = inputs % BLOCK == 0 && outputs % BLOCK == 0;
        boolean vectors = full && VECTORS.isDone((long) inputs * outputs);
        Parallel.forRange(
                across * down,
                8,
                (begin, end) -> {
                    var buffers = new VectorKernels.Buffers();
                    for (long b = begin; b < end; b++) {
                        body.run((int) (b / across) * BLOCK, (int) (b % across) * BLOCK, vectors, buffers);
                    }
                });
    }

    private static boolean exercise() {
        var kernels = new Kernels(BLOCK, BLOCK);
        var buffers = new VectorKernels.Buffers();
        try (var arena = Arena.ofConfined()) {
            long k = arena.allocate(BLOCK * BLOCK * BYTES, 64).address();
            long products = arena.allocate(2 * kernels.bytes(), 64).address();
            long row = BLOCK * WORD;
            Runnable all =
                    () -> {
                        VectorKernels.transform(buffers, k, BLOCK * BYTES, false, products, row, kernels.step());
                        VectorKernels.transform(buffers, k, BLOCK * BYTES, true, products, row, kernels.step());
                        VectorKernels.gradient(
                                buffers, products, 2, kernels.bytes(), row, kernels.step(), k, BLOCK * BYTES);
                    };
            return WarmUp.untilCompiled(all, all, COMPILED_NANOS);
        }
    }
}
