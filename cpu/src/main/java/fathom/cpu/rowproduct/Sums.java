package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Weighted sums of rows, eight or four rows at a time, which reduces the loads and stores of the sums in the L1 cache.
 * In vector code, or in scalar loops until that is compiled: the bits are the same, since each element is accumulated
 * in the order of the rows.
 */
public final class Sums {
    /** Multiply-adds after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 100_000;

    private static final int WARM_UP_COLUMNS = 163; // full vectors and a tail
    private static final int ROWS = 13; // groups and a remainder

    /** Upper bound, in nanoseconds, of a warm-up call once the code is compiled. */
    private static final long COMPILED_NANOS = 4_000;

    private static final WarmUp FLOATS = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(false));
    private static final WarmUp HALVES = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(true));

    private Sums() {}

    /**
     * Adds float32 rows.
     *
     * @param sums the accumulators, initially zeros
     * @param x one factor per row
     * @param row address of the first row
     * @param step row stride in bytes
     */
    public static void float32(float[] sums, float[] x, long row, long step) {
        if (FLOATS.isDone((long) sums.length * x.length)) {
            VectorSums.float32(sums, x, row, step);
        } else {
            plainFloat32(sums, x, row, step);
        }
    }

    /** Adds bfloat16 rows; see {@link #float32}. */
    public static void bfloat16(float[] sums, float[] x, long row, long step) {
        if (HALVES.isDone((long) sums.length * x.length)) {
            VectorSums.bfloat16(sums, x, row, step);
        } else {
            plainBfloat16(sums, x, row, step);
        }
    }

    static void plainFloat32(float[] sums, float[] x, long row, long step) {
        for (float factor : x) {
            for (int j = 0; j < sums.length; j++) {
                sums[j] += Memory.getFloat(row + 4L * j) * factor;
            }
            row += step;
        }
    }

    static void plainBfloat16(float[] sums, float[] x, long row, long step) {
        for (float factor : x) {
            for (int j = 0; j < sums.length; j++) {
                sums[j] += Float.intBitsToFloat(Memory.getShort(row + 2L * j) << 16) * factor;
            }
            row += step;
        }
    }

    private static boolean exercise(boolean isBfloat16) {
        try (var arena = Arena.ofConfined()) {
            long rows = arena.allocate(4L * WARM_UP_COLUMNS * ROWS, 64).address();
            float[] x = RowProduct.exercise(ROWS);
            var sums = new float[WARM_UP_COLUMNS];
            Runnable all =
                    isBfloat16
                            ? () -> VectorSums.bfloat16(sums, x, rows, 2 * WARM_UP_COLUMNS)
                            : () -> VectorSums.float32(sums, x, rows, 4 * WARM_UP_COLUMNS);
            return WarmUp.untilCompiled(all, all, COMPILED_NANOS);
        }
    }
}
