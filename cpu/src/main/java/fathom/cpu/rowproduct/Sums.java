package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * The sum of rows, each times a factor: eight or four rows at a time, so that the sums, which stay in the nearest
 * cache, are read and written that much less often. By vectors, or by plain loops while those are not compiled yet: the
 * bits are the same, as each element is summed in the order of the rows.
 */
final class Sums {
    /** Multiply-adds after which the vector code is got ready. */
    private static final long WORTH_IT = 100_000;

    private static final int EXERCISE = 163; // elements: whole vectors and a rest
    private static final int ROWS = 13; // groups and a rest

    /** Nanoseconds that an exercise takes at most when it is compiled. */
    private static final long COMPILED = 4_000;

    private static final WarmUp FLOATS = new WarmUp(WORTH_IT, () -> exercise(false));
    private static final WarmUp HALVES = new WarmUp(WORTH_IT, () -> exercise(true));

    private Sums() {}

    /**
     * Adds float32 rows.
     *
     * @param sums where they are added to, zeros at first
     * @param x a factor per row
     * @param row address of the first row's first element
     * @param step bytes from one row to the next
     */
    static void float32(float[] sums, float[] x, long row, long step) {
        if (FLOATS.isDone((long) sums.length * x.length)) {
            VectorSums.float32(sums, x, row, step);
        } else {
            plainFloat32(sums, x, row, step);
        }
    }

    /** As {@link #float32}, of bfloat16 rows. */
    static void bfloat16(float[] sums, float[] x, long row, long step) {
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

    private static boolean exercise(boolean narrow) {
        try (var arena = Arena.ofConfined()) {
            long rows = arena.allocate(4L * EXERCISE * ROWS, 64).address();
            float[] x = RowProduct.exercise(ROWS);
            var sums = new float[EXERCISE];
            Runnable all =
                    narrow
                            ? () -> VectorSums.bfloat16(sums, x, rows, 2 * EXERCISE)
                            : () -> VectorSums.float32(sums, x, rows, 4 * EXERCISE);
            return WarmUp.untilCompiled(all, all, COMPILED);
        }
    }
}
