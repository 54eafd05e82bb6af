package fathom.cpu.parallel;

import java.util.function.BooleanSupplier;

/**
 * Bounded spinning, since waking a sleeping thread takes longer than most kernels, a tenth of a millisecond on virtual
 * machines: first busy waiting, then yielding the processor.
 */
final class Spin {
    private static final long ALONE_NANOS = 20_000;

    private Spin() {}

    /** {@return whether the condition became true within {@code nanos}} */
    static boolean until(BooleanSupplier condition, long nanos) {
        long start = System.nanoTime();
        long waited;
        do {
            for (int i = 0; i < 32; i++) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            waited = System.nanoTime() - start;
            if (waited > ALONE_NANOS) {
                Thread.yield();
            }
        } while (waited < nanos);
        return condition.getAsBoolean();
    }
}
