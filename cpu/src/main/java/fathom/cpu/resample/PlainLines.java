package fathom.cpu.resample;

import fathom.cpu.memory.Memory;
import fathom.primitive.indexing.SparseRows;

/**
 * Scalar weighted sums of rows and of their positions: the fallback of {@link VectorLines}, and the code for double
 * precision.
 */
final class PlainLines {
    private PlainLines() {}

    /** Writes the weighted sum of rows, possibly none, densely. */
    static void combineFloats(long[] rows, double[] weights, int count, long step, int length, long to) {
        for (int i = 0; i < length; i++) {
            float sum = count == 0 ? 0 : Memory.getFloat(rows[0] + i * step) * (float) weights[0];
            for (int k = 1; k < count; k++) {
                sum = Math.fma(Memory.getFloat(rows[k] + i * step), (float) weights[k], sum);
            }
            Memory.setFloat(to + 4L * i, sum);
        }
    }

    /** The same for any floating type. */
    static void combine(long[] rows, double[] weights, int count, long step, int length, long to) {
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (int k = 0; k < count; k++) {
                sum += Memory.getDouble(rows[k] + i * step) * weights[k];
            }
            Memory.setDouble(to + 8L * i, sum);
        }
    }

    /** Adds a scaled row to another. */
    static void add(long row, long step, float weight, int length, long to, long toStep) {
        for (int i = 0; i < length; i++) {
            long at = to + i * toStep;
            Memory.setFloat(at, Math.fma(Memory.getFloat(row + i * step), weight, Memory.getFloat(at)));
        }
    }

    /**
     * Writes a row whose positions are weighted sums of a dense row's positions.
     *
     * @param run number of elements per position
     * @param step stride of the elements in bytes
     */
    static void spreadFloats(long row, SparseRows taps, float[] weights, int run, long to, long step) {
        int[] starts = taps.starts();
        int[] columns = taps.columns();
        for (int o = 0; o < taps.count(); o++) {
            int begin = starts[o];
            int end = starts[o + 1];
            for (int c = 0; c < run; c++) {
                float sum = begin == end ? 0 : Memory.getFloat(row + 4L * (columns[begin] * run + c)) * weights[begin];
                for (int k = begin + 1; k < end; k++) {
                    sum = Math.fma(Memory.getFloat(row + 4L * (columns[k] * run + c)), weights[k], sum);
                }
                Memory.setFloat(to + ((long) o * run + c) * step, sum);
            }
        }
    }

    /** The same for any floating type. */
    static void spread(long row, SparseRows taps, int run, long to, long step) {
        int[] starts = taps.starts();
        int[] columns = taps.columns();
        double[] weights = taps.weights();
        for (int o = 0; o < taps.count(); o++) {
            for (int c = 0; c < run; c++) {
                double sum = 0;
                for (int k = starts[o]; k < starts[o + 1]; k++) {
                    sum += Memory.getDouble(row + 8L * (columns[k] * run + c)) * weights[k];
                }
                Memory.setDouble(to + ((long) o * run + c) * step, sum);
            }
        }
    }
}
