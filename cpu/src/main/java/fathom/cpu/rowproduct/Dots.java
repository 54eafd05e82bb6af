package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Dot products of one vector with dense bfloat16 rows, four rows at a time. Elements are read in pairs, as ints; each
 * lane accumulates its even and odd elements separately, and the lanes are finally added in order. The scalar loop
 * accumulates in the same order, with the same bits as result.
 */
final class Dots {
    /** Lanes of a vector of float32. */
    static final int LANES = VectorApi.lanes(Float.BYTES);

    private static final long WARM_UP_THRESHOLD = 100_000;
    private static final int WARM_UP_COLUMNS = 5 * 64 + 3;
    private static final int ROWS = 6;
    private static final long COMPILED_NANOS = 4_000;

    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, Dots::exercise);

    private Dots() {}

    /** {@return a vector's even elements, followed by its odd ones} */
    static float[] halves(float[] x) {
        int half = x.length / 2;
        var halves = new float[2 * half + x.length % 2];
        for (int p = 0; p < half; p++) {
            halves[p] = x[2 * p];
            halves[half + p] = x[2 * p + 1];
        }
        if (x.length % 2 == 1) {
            halves[2 * half] = x[x.length - 1];
        }
        return halves;
    }

    /**
     * Computes dot products.
     *
     * @param sums receives one sum per row
     * @param x the vector, in the order of {@link #halves}
     * @param k its length
     * @param row address of the first row
     * @param step row stride in bytes
     */
    static void bfloat16(float[] sums, float[] x, int k, long row, long step) {
        if (VECTORS.isDone((long) sums.length * k)) {
            VectorDots.bfloat16(sums, x, k, row, step);
        } else {
            plain(sums, x, k, row, step);
        }
    }

    static void plain(float[] sums, float[] x, int k, long row, long step) {
        var lanes = new float[2 * LANES];
        int half = k / 2;
        int vectorEnd = half - half % LANES;
        for (int r = 0; r < sums.length; r++) {
            java.util.Arrays.fill(lanes, 0);
            for (int p = 0; p < vectorEnd; p += LANES) {
                for (int i = 0; i < LANES; i++) {
                    int pair = Memory.getInt(row + 4L * (p + i));
                    lanes[i] += Float.intBitsToFloat(pair << 16) * x[p + i];
                    lanes[LANES + i] += Float.intBitsToFloat(pair & 0xFFFF0000) * x[half + p + i];
                }
            }
            sums[r] = total(lanes, 0, tail(x, k, vectorEnd, row));
            row += step;
        }
    }

    /** {@return the sum of the tail} */
    static float tail(float[] x, int k, int vectorEnd, long row) {
        int half = k / 2;
        float sum = 0;
        for (int j = 2 * vectorEnd; j < k; j++) {
            int place = j == 2 * half ? j : (j & 1) == 0 ? j / 2 : half + j / 2;
            sum += Float.intBitsToFloat(Memory.getShort(row + 2L * j) << 16) * x[place];
        }
        return sum;
    }

    /** {@return the sum of a row's lanes, alternating even and odd ones, and of the tail} */
    static float total(float[] lanes, int from, float tail) {
        float sum = tail;
        for (int i = 0; i < LANES; i++) {
            sum += lanes[from + i] + lanes[from + LANES + i];
        }
        return sum;
    }

    private static boolean exercise() {
        try (var arena = Arena.ofConfined()) {
            long rows = arena.allocate(2L * WARM_UP_COLUMNS * ROWS, 64).address();
            float[] x = halves(RowProduct.exercise(WARM_UP_COLUMNS));
            var sums = new float[ROWS];
            Runnable all = () -> VectorDots.bfloat16(sums, x, WARM_UP_COLUMNS, rows, 2 * WARM_UP_COLUMNS);
            return WarmUp.untilCompiled(all, all, COMPILED_NANOS);
        }
    }
}
