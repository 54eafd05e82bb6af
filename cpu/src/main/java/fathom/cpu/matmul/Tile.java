package fathom.cpu.matmul;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The kernel of one shape, at the stage it has reached: scalar at first; once the shape has had some work, a generated
 * kernel is warmed up in the background and takes over when it is compiled.
 */
final class Tile {
    /** Multiply-adds after which a shape gets a kernel of its own: about a millisecond of scalar work. */
    private static final long WORTH_A_KERNEL = 1_000_000;

    /** Set to have every shape run its generated kernel from the start (the tests do). */
    private static final boolean EAGER = Boolean.getBoolean("fathom.cpu.eagerKernels");

    private final TileShape shape;
    private final AtomicBoolean ordered = new AtomicBoolean();
    private volatile MicroKernel kernel;
    private volatile boolean waiting;
    private long work; // racy on purpose: a lost update only delays the order

    Tile(TileShape shape) {
        this.shape = shape;
        this.waiting = !EAGER;
        this.kernel = EAGER ? MicroKernelGenerator.generate(shape) : new ScalarMicroKernel(shape);
    }

    /** The kernel to use for the next tiles. */
    MicroKernel kernel() {
        return kernel;
    }

    /** Tells of work done, in multiply-adds; cheap once the generated kernel runs. */
    void did(long multiplyAdds) {
        if (waiting && (work += multiplyAdds) > WORTH_A_KERNEL && ordered.compareAndSet(false, true)) {
            WarmUp.order(this);
        }
    }

    /** Generates the kernel, runs it until it is compiled, and puts it in place. */
    void compile() {
        var generated = MicroKernelGenerator.generate(shape);
        WarmUp.run(generated, shape);
        kernel = generated;
        waiting = false;
    }

    TileShape shape() {
        return shape;
    }
}
