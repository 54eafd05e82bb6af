package fathom.cpu.matmul;

import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * The current kernel of one shape: scalar loops at first; after some work, a generated kernel, which is warmed up in
 * the background.
 */
final class Tile {
    /** Multiply-adds after which a kernel is generated for a shape, about a millisecond of scalar loops. */
    private static final long WARM_UP_THRESHOLD = 1_000_000;

    /** Minimum vector multiply-adds per nanosecond of a compiled kernel; an interpreted one achieves a hundredth. */
    private static final double COMPILED_RATE = 0.15;

    private static final int SHORT = 4;
    private static final int LONG = 64;
    private static final int CALLS = 10;

    private final TileShape shape;
    private final WarmUp warmUp = new WarmUp(WARM_UP_THRESHOLD, this::compile);
    private volatile MicroKernel kernel;

    Tile(TileShape shape) {
        this.shape = shape;
        this.kernel = WarmUp.EAGER ? MicroKernelGenerator.generate(shape) : new PlainMicroKernel(shape);
    }

    /**
     * {@return the kernel for the next tiles}
     *
     * @param multiplyAdds the work of these tiles
     */
    MicroKernel kernel(long multiplyAdds) {
        warmUp.isDone(multiplyAdds);
        return kernel;
    }

    /** Generates the kernel, runs it on zeros until it is compiled, and installs it. */
    private boolean compile() {
        var generated = MicroKernelGenerator.generate(shape);
        try (var arena = Arena.ofConfined()) {
            long step = (long) shape.elem().tileColumns() * shape.elem().size();
            long b = arena.allocate(LONG * step, 64).address();
            long c = arena.allocate(shape.rows() * step, 64).address();
            var a = new Left(shape.elem()).array();
            double work = (double) CALLS * LONG * shape.rows() * shape.vectors();
            // the compiler counts calls: many short calls, then some long ones, which are timed
            boolean fast =
                    WarmUp.untilFast(
                            (long) (work / COMPILED_RATE),
                            () -> run(generated, a, b, c, step, SHORT, 500),
                            () -> run(generated, a, b, c, step, LONG, CALLS));
            if (fast) {
                kernel = generated;
            }
            return fast;
        }
    }

    /** Calls the kernel so that all its branches are taken. */
    private static void run(MicroKernel kernel, Object a, long b, long c, long step, int depth, int calls) {
        for (int i = 0; i < calls; i++) {
            kernel.run(a, 0, b, step, (i & 1) == 0 ? 0 : c, step, c, step, depth);
        }
    }
}
