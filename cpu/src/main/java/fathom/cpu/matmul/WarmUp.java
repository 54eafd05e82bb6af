package fathom.cpu.matmul;

import java.lang.foreign.Arena;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Gets generated kernels compiled. The interpreter runs vector code hundreds of times slower than the compiler's, and
 * the compiler comes after some number of calls, however short: so a daemon thread makes many short calls on zeros.
 */
final class WarmUp {
    /** A compiled kernel does many multiply-adds per nanosecond and lane, an interpreted one a hundredth of this. */
    private static final double COMPILED = 0.15;

    /** When to stop waiting for the compiler, in nanoseconds. */
    private static final long PATIENCE = 3_000_000_000L;

    private static final int SHORT = 4;
    private static final int LONG = 64;
    private static final int ROWS = 16;

    private static final LinkedBlockingQueue<Tile> ORDERS = new LinkedBlockingQueue<>();

    private WarmUp() {}

    /** Asks for a tile's kernel to be compiled in the background. */
    static synchronized void order(Tile tile) {
        ORDERS.add(tile);
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("fathom-warm-up").start(WarmUp::serve);
        }
    }

    private static @org.jspecify.annotations.Nullable Thread thread;

    private static void serve() {
        try {
            while (true) {
                ORDERS.take().compile();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a kernel on zeros until it has become fast. */
    static void run(MicroKernel kernel, TileShape shape) {
        try (var arena = Arena.ofConfined()) {
            long size = shape.elem().size();
            var a = new Left(shape.elem()).array();
            long b = arena.allocate((LONG + ROWS) * (long) shape.elem().tileColumns() * size, 64).address();
            long step = shape.elem().tileColumns() * size;
            long c = arena.allocate(ROWS * step, 64).address();
            long start = System.nanoTime();
            while (System.nanoTime() - start < PATIENCE) {
                time(kernel, a, b, c, step, SHORT, 500);
                long nanos = time(kernel, a, b, c, step, LONG, 10);
                double work = 10.0 * LONG * shape.rows() * shape.vectors();
                if (work > nanos * COMPILED) {
                    break;
                }
            }
        }
    }

    /** Time of some calls; all branches of the kernel are taken. */
    private static long time(MicroKernel kernel, Object a, long b, long c, long step, int depth, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long init = (i & 1) == 0 ? 0 : c;
            kernel.run(a, 0, b, step, init, step, c, step, depth);
        }
        return System.nanoTime() - start;
    }
}
