package fathom.cpu.smallchannels;

import fathom.cpu.parallel.Scratch;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Warms up this package's vector code before it is used: the interpreter boxes each vector and is hundreds of times
 * slower.
 */
final class KernelsReady {
    /** Upper bound, in nanoseconds, of a call once the code is compiled. */
    private static final long COMPILED_NANOS = 1_000;

    private static final int RUN = 32;

    /** By number of channels; index 0 are the transposes. */
    private static final boolean[] READY = new boolean[7];

    private static volatile long ready;
    private static long expected;

    private KernelsReady() {}

    /**
     * Waits for the compiler at the first call. The algorithm, and so every bit of the result, must not depend on how
     * long that takes: after some seconds, on a busy machine, the code is used uncompiled.
     *
     * @param channels number of channels of the result
     */
    static void await(int channels) {
        long bit = 1L << channels;
        if ((ready & bit) == 0) {
            compile(channels);
        }
    }

    /** Starts the warm-up on another thread, so that {@link #await} need not wait, or not for long. */
    static void announce(int channels) {
        synchronized (READY) {
            if ((expected & 1L << channels) != 0) {
                return;
            }
            expected |= 1L << channels;
        }
        Thread.ofPlatform()
                .daemon()
                .name("fathom-small-channels")
                .start(() -> {
                    try (var _ = Scratch.open()) {
                        await(channels);
                    }
                });
    }

    private static synchronized void compile(int channels) {
        prepare(0);
        for (int left = channels; left > 0; left -= BatchKernel.channelGroup(left)) {
            prepare(BatchKernel.channelGroup(left));
        }
        ready |= 1L << channels;
    }

    private static void prepare(int kernel) {
        if (READY[kernel]) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            long memory = arena.allocate(4 * RUN * Lanes.ELEMENT_BYTES, 64).address();
            WarmUp.untilCompiled(
                    () -> {
                        call(kernel, memory, 2, 1, RUN);
                        call(kernel, memory, 1, 2, 5);
                    },
                    () -> call(kernel, memory, 1, 1, 1),
                    COMPILED_NANOS);
        }
        READY[kernel] = true;
    }

    /** Calls a kernel once. */
    private static void call(int kernel, long memory, int outer, int inner, int run) {
        long m = memory;
        long result = memory + 2 * RUN * Lanes.ELEMENT_BYTES;
        if (kernel > 0) {
            BatchKernel.run(kernel, m, 0, 0, 0, m, 0, 0, 4, outer, inner, run, m, result, result);
        } else if (Lanes.COUNT == Tile16.SIDE) {
            Tile16.transpose(m, 64, result, 64, inner, 0, 0, outer, 0, 0);
        } else {
            Lanes.in(m, 64, Lanes.COUNT, 16, result);
        }
    }
}
