package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Dot products of one vector with dense bfloat16 rows, four rows at a time. Elements are read two by two, as ints; each
 * lane of a vector sums its own, even and odd ones apart, and the lanes are added up in their order in the end. The
 * plain loop does the same, so the bits are those of the vector code.
 */
final class Dots {
    /** Lanes of a vector of float32. */
    static final int LANES = VectorApi.lanes(Float.BYTES);

    private static final long WORTH_IT = 100_000;
    private static final int EXERCISE = 5 * 64 + 3;
    private static final int ROWS = 6;
    private static final long COMPILED = 4_000;

    private static final WarmUp VECTORS = new WarmUp(WORTH_IT, Dots::exercise);

    private Dots() {}

    /** {@return a vector's even elements, then its odd ones} */
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
     * @param sums one for each row; written
     * @param x the vector, as {@link #halves} has it
     * @param k its length
     * @param row address of the first row
     * @param step bytes from one row to the next
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
        int whole = half - half % LANES;
        for (int r = 0; r < sums.length; r++) {
            java.util.Arrays.fill(lanes, 0);
            for (int p = 0; p < whole; p += LANES) {
                for (int i = 0; i < LANES; i++) {
                    int pair = Memory.getInt(row + 4L * (p + i));
                    lanes[i] += Float.intBitsToFloat(pair << 16) * x[p + i];
                    lanes[LANES + i] += Float.intBitsToFloat(pair & 0xFFFF0000) * x[half + p + i];
                }
            }
            sums[r] = total(lanes, 0, rest(x, k, whole, row));
            row += step;
        }
    }

    /** {@return the sum of what fills no vector} */
    static float rest(float[] x, int k, int whole, long row) {
        int half = k / 2;
        float sum = 0;
        for (int j = 2 * whole; j < k; j++) {
            int place = j == 2 * half ? j : (j & 1) == 0 ? j / 2 : half + j / 2;
            sum += Float.intBitsToFloat(Memory.getShort(row + 2L * j) << 16) * x[place];
        }
        return sum;
    }

    /** {@return the sum of a row's lanes, even and odd ones in turn, and of the rest} */
    static float total(float[] lanes, int from, float rest) {
        float sum = rest;
        for (int i = 0; i < LANES; i++) {
            sum += lanes[from + i] + lanes[from + LANES + i];
        }
        return sum;
    }

    private static boolean exercise() {
        try (var arena = Arena.ofConfined()) {
            long rows = arena.allocate(2L * EXERCISE * ROWS, 64).address();
            float[] x = halves(RowProduct.exercise(EXERCISE));
            var sums = new float[ROWS];
            Runnable all = () -> VectorDots.bfloat16(sums, x, EXERCISE, rows, 2 * EXERCISE);
            return WarmUp.untilCompiled(all, all, COMPILED);
        }
    }
}
