package fathom.cpu.narrow;

import java.lang.foreign.Arena;

/**
 * Gets this package's vector code compiled before it is used: the interpreter makes an object of each vector and is
 * hundreds of times slower. The methods are called, mostly with empty loops, whose rounds the compiler counts just as
 * well, until they have become fast.
 */
final class KernelsReady {
    /** A call that takes longer, in nanoseconds, is not fully compiled; compiled, it takes a quarter of this. */
    private static final long COMPILED = 1_500;

    /** When to stop waiting for the compiler, in nanoseconds. */
    private static final long PATIENCE = 10_000_000_000L;

    private static final int EMPTY_ROUNDS = 24;
    private static final int RUN = 32;

    private static final class Holder {
        static final long NANOS = warmUp();
    }

    private KernelsReady() {}

    /**
     * Waits for the compiler, the first time. What is computed, and so its every bit, must not depend on how long that
     * takes: after some seconds, on a busy machine, the code is used as it is and compiled as it goes.
     *
     * @return how long it took, in nanoseconds
     */
    static long await() {
        return Holder.NANOS;
    }

    private static long warmUp() {
        long start = System.nanoTime();
        try (var arena = Arena.ofConfined()) {
            long memory = arena.allocate(4 * RUN * Lanes.BYTES, 64).address();
            long best = Long.MAX_VALUE;
            while (best > COMPILED && System.nanoTime() - start < PATIENCE) {
                for (int i = 0; i < 200; i++) {
                    call(memory, EMPTY_ROUNDS, i % 20 == 0 ? 1 : 0, 2);
                }
                for (int i = 0; i < 10; i++) {
                    long before = System.nanoTime();
                    call(memory, 1, 1, RUN);
                    best = Math.min(best, System.nanoTime() - before);
                }
            }
        }
        return System.nanoTime() - start;
    }

    /** Calls everything once; {@code inner} 0 leaves the inner loops empty. */
    private static void call(long memory, int outer, int inner, int run) {
        long result = memory + 2 * RUN * Lanes.BYTES;
        LaneKernel.four(memory, 0, 0, 0, memory, 0, 0, 4, outer, inner, run, memory, result, result);
        LaneKernel.six(memory, 0, 0, 0, memory, 0, 0, 4, outer, inner, run, memory, result, result);
        LaneKernel.two(memory, 0, 0, 0, memory, 0, 0, 4, outer, inner, run, memory, result, result);
        LaneKernel.one(memory, 0, 0, 0, memory, 0, 0, 4, outer, inner, run, memory, result, result);
        Tile16.transpose(memory, 64, result, 64, inner, 0, 0, outer, 0, 0);
    }
}
