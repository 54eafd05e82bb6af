package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Dot products of one vector with dense rows, four rows at a time. The four rows are a quarter of all rows apart, so
 * that memory is read in four long sequential streams, which the processor prefetches across the ends of rows. In
 * bfloat16 elements are read in pairs, as ints; each lane accumulates its even and odd elements separately. The lanes
 * are finally added, by halves. The scalar loops accumulate in the same order, with the same bits as result.
 */
public final class Dots {
    /** Lanes of a vector of float32. */
    static final int LANES = VectorApi.lanes(Float.BYTES);

    private static final long WARM_UP_THRESHOLD = 100_000;
    private static final int WARM_UP_COLUMNS = 5 * 64 + 3;
    private static final int ROWS = 6;
    private static final long COMPILED_NANOS = 4_000;

    private static final WarmUp FLOATS = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(false));
    private static final WarmUp BFLOATS = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(true));

    private Dots() {}

    /** {@return a vector's even elements, followed by its odd ones} */
    public static float[] halves(float[] x) {
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
     * Computes dot products with rows of float32.
     *
     * @param sums receives one sum per row
     * @param x the vector
     * @param row address of the first row
     * @param step row stride in bytes
     */
    public static void float32(float[] sums, float[] x, long row, long step) {
        if (FLOATS.isDone((long) sums.length * x.length)) {
            VectorDots.float32(sums, x, row, step);
        } else {
            plainFloat32(sums, x, row, step);
        }
    }

    /**
     * Computes dot products with rows of bfloat16.
     *
     * @param sums receives one sum per row
     * @param x the vector, in the order of {@link #halves}
     * @param row address of the first row
     * @param step row stride in bytes
     */
    public static void bfloat16(float[] sums, float[] x, long row, long step) {
        if (BFLOATS.isDone((long) sums.length * x.length)) {
            VectorDots.bfloat16(sums, x, row, step);
        } else {
            plainBfloat16(sums, x, row, step);
        }
    }

    static void plainFloat32(float[] sums, float[] x, long row, long step) {
        var lanes = new float[LANES];
        int vectorEnd = x.length - x.length % LANES;
        for (int r = 0; r < sums.length; r++) {
            java.util.Arrays.fill(lanes, 0);
            for (int p = 0; p < vectorEnd; p += LANES) {
                for (int i = 0; i < LANES; i++) {
                    lanes[i] += Memory.getFloat(row + 4L * (p + i)) * x[p + i];
                }
            }
            sums[r] = total(lanes, 0, tail(x, vectorEnd, row));
            row += step;
        }
    }

    static void plainBfloat16(float[] sums, float[] x, long row, long step) {
        var lanes = new float[2 * LANES];
        int half = x.length / 2;
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
            for (int i = 0; i < LANES; i++) {
                lanes[i] += lanes[LANES + i];
            }
            sums[r] = total(lanes, 0, tailOfHalves(x, vectorEnd, row));
            row += step;
        }
    }

    /** {@return the sum of the tail of a row of float32} */
    static float tail(float[] x, int vectorEnd, long row) {
        float sum = 0;
        for (int j = vectorEnd; j < x.length; j++) {
            sum += Memory.getFloat(row + 4L * j) * x[j];
        }
        return sum;
    }

    /** {@return the sum of the tail of a row of bfloat16} */
    static float tailOfHalves(float[] x, int vectorEnd, long row) {
        int half = x.length / 2;
        float sum = 0;
        for (int j = 2 * vectorEnd; j < x.length; j++) {
            int place = j == 2 * half ? j : (j & 1) == 0 ? j / 2 : half + j / 2;
            sum += Float.intBitsToFloat(Memory.getShort(row + 2L * j) << 16) * x[place];
        }
        return sum;
    }

    /** {@return the sum of a row's lanes, by halves, which depend little on one another, and of the tail} */
    static float total(float[] lanes, int from, float tail) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = from; i < from + half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[from] + tail;
    }

    private static boolean exercise(boolean isBfloat16) {
        try (var arena = Arena.ofConfined()) {
            long rows = arena.allocate(4L * WARM_UP_COLUMNS * ROWS, 64).address();
            float[] x = RowProduct.exercise(WARM_UP_COLUMNS);
            var sums = new float[ROWS];
            Runnable all =
                    isBfloat16
                            ? () -> VectorDots.bfloat16(sums, x, rows, 2 * WARM_UP_COLUMNS)
                            : () -> VectorDots.float32(sums, x, rows, 4 * WARM_UP_COLUMNS);
            return WarmUp.untilCompiled(all, all, COMPILED_NANOS);
        }
    }
}
