package fathom.cpu.parallel;

import java.util.function.BooleanSupplier;

/**
 * Waits awake for a moment, since to wake a sleeping thread takes longer than most kernels, a tenth of a millisecond on
 * virtual machines: first on the processor alone, then lending it to whoever has work.
 */
final class Spin {
    private static final long ALONE_NANOS = 20_000;

    private Spin() {}

    /** {@return whether the condition came true in that time} */
    static boolean until(BooleanSupplier condition, long nanos) {
        long begin = System.nanoTime();
        long waited;
        do {
            for (int i = 0; i < 32; i++) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            waited = System.nanoTime() - begin;
            if (waited > ALONE_NANOS) {
                Thread.yield();
            }
        } while (waited < nanos);
        return condition.getAsBoolean();
    }
}
