package fathom.cpu.matmul;

import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * The kernel of one shape, at the stage it has reached: plain loops at first; once the shape has had some work, a
 * generated kernel, warmed up in the background.
 */
final class Tile {
    /** Multiply-adds after which a shape gets a kernel of its own: about a millisecond of plain loops. */
    private static final long WORTH_A_KERNEL = 1_000_000;

    /**
     * Multiply-adds of vectors that a compiled kernel does at least in a nanosecond; an interpreted one a hundredth.
     */
    private static final double COMPILED = 0.15;

    private static final int SHORT = 4;
    private static final int LONG = 64;
    private static final int CALLS = 10;

    private final TileShape shape;
    private final WarmUp warmUp = new WarmUp(WORTH_A_KERNEL, this::compile);
    private volatile MicroKernel kernel;

    Tile(TileShape shape) {
        this.shape = shape;
        this.kernel = WarmUp.EAGER ? MicroKernelGenerator.generate(shape) : new PlainMicroKernel(shape);
    }

    /**
     * The kernel to use for the next tiles.
     *
     * @param multiplyAdds work that it will do
     */
    MicroKernel kernel(long multiplyAdds) {
        warmUp.isDone(multiplyAdds);
        return kernel;
    }

    /** Generates the kernel, runs it on zeros until it is compiled, and puts it in place. */
    private boolean compile() {
        var generated = MicroKernelGenerator.generate(shape);
        try (var arena = Arena.ofConfined()) {
            long step = (long) shape.elem().tileColumns() * shape.elem().size();
            long b = arena.allocate(LONG * step, 64).address();
            long c = arena.allocate(shape.rows() * step, 64).address();
            var a = new Left(shape.elem()).array();
            double work = (double) CALLS * LONG * shape.rows() * shape.vectors();
            // the compiler counts calls: many short ones, and some long ones whose time tells
            boolean fast =
                    WarmUp.untilFast(
                            (long) (work / COMPILED),
                            () -> run(generated, a, b, c, step, SHORT, 500),
                            () -> run(generated, a, b, c, step, LONG, CALLS));
            if (fast) {
                kernel = generated;
            }
            return fast;
        }
    }

    /** Some calls in which all branches of the kernel are taken. */
    private static void run(MicroKernel kernel, Object a, long b, long c, long step, int depth, int calls) {
        for (int i = 0; i < calls; i++) {
            kernel.run(a, 0, b, step, (i & 1) == 0 ? 0 : c, step, c, step, depth);
        }
    }
}
