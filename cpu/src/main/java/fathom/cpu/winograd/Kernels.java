package fathom.cpu.winograd;

import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Kernels {@code [O, C, 3, 3]} in the form whose products are taken: {@value Grid#PRODUCTS} matrices, {@code [C, O]} or
 * {@code [O, C]}.
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

    /** Channels in each direction that are done together. */
    private static final int BLOCK = VectorApi.lanes(Float.BYTES);

    /** Kernels after which vectors are worth compiling. */
    private static final long WORTH_IT = 1 << 12;

    /** Nanoseconds that a block takes at most when it is compiled. */
    private static final long COMPILED = 20_000;

    private static final WarmUp VECTORS = new WarmUp(WORTH_IT, Kernels::exercise);

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
     * @param from their address, as they lie in a parameter
     * @param to the address of what becomes of them: matrices {@code [C, O]}
     */
    public void forward(long from, long to) {
        transform(from, to, false);
    }

    /**
     * As {@link #forward}, of kernels turned by half a turn: matrices {@code [O, C]}, for the gradient by the input.
     */
    public void turned(long from, long to) {
        transform(from, to, true);
    }

    private void transform(long from, long to, boolean turned) {
        int columns = turned ? inputs : outputs;
        long row = columns * WORD;
        forBlocks((o, c, vectors, room) -> {
            long kernel = from + ((long) o * inputs + c) * BYTES;
            long place = to + (turned ? o * row + c * WORD : c * row + o * WORD);
            if (vectors) {
                VectorKernels.transform(room, kernel, inputs * BYTES, turned, place, row, step());
                return;
            }
            for (int i = 0; i < Math.min(BLOCK, outputs - o); i++) {
                for (int j = 0; j < Math.min(BLOCK, inputs - c); j++) {
                    PlainKernels.transform(
                            kernel + ((long) i * inputs + j) * BYTES,
                            turned,
                            place + (turned ? i * row + j * WORD : j * row + i * WORD),
                            step());
                }
            }
        });
    }

    /**
     * Makes the gradient by the kernels of sums of products.
     *
     * @param from address of the first sums, matrices {@code [C, O]}
     * @param parts how many such sums there are, one after the other, to be added up
     * @param to address of the gradient, {@code [O, C, 3, 3]}
     */
    public void gradient(long from, int parts, long to) {
        long row = outputs * WORD;
        forBlocks((o, c, vectors, room) -> {
            long place = from + c * row + o * WORD;
            long kernel = to + ((long) o * inputs + c) * BYTES;
            if (vectors) {
                VectorKernels.gradient(room, place, parts, bytes(), row, step(), kernel, inputs * BYTES);
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
        void run(int output, int input, boolean vectors, VectorKernels.Room room);
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
                    var room = new VectorKernels.Room();
                    for (long b = begin; b < end; b++) {
                        body.run((int) (b / across) * BLOCK, (int) (b % across) * BLOCK, vectors, room);
                    }
                });
    }

    private static boolean exercise() {
        var kernels = new Kernels(BLOCK, BLOCK);
        var room = new VectorKernels.Room();
        try (var arena = Arena.ofConfined()) {
            long k = arena.allocate(BLOCK * BLOCK * BYTES, 64).address();
            long products = arena.allocate(2 * kernels.bytes(), 64).address();
            long row = BLOCK * WORD;
            Runnable all =
                    () -> {
                        VectorKernels.transform(room, k, BLOCK * BYTES, false, products, row, kernels.step());
                        VectorKernels.transform(room, k, BLOCK * BYTES, true, products, row, kernels.step());
                        VectorKernels.gradient(
                                room, products, 2, kernels.bytes(), row, kernels.step(), k, BLOCK * BYTES);
                    };
            return WarmUp.untilCompiled(all, all, COMPILED);
        }
    }
}
