package fathom.cpu.pool;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Averages and their gradients by lines: all pixels of a row with all their channels, one after the other in memory, so
 * that vectors are full however few channels there are. Steps are in bytes. What was just read is added to, not added:
 * see {@link fathom.cpu.memory.Exact}.
 */
final class AverageLines {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private AverageLines() {}

    /** Writes the sum of rows, one or more, to a line. */
    static void addFloats(long x, long rowStep, int rows, int length, long line) {
        int whole = FLOATS.loopBound(length);
        var used = FLOATS.indexInRange(whole, length);
        for (int r = Math.min(1, rows - 1); r < rows; r++) {
            long a = r <= 1 ? x : line;
            long b = x + r * rowStep;
            for (int i = 0; i < whole; i += FLOATS.length()) {
                var sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + 4L * i, LE);
                if (r > 0) {
                    sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, b + 4L * i, LE).add(sum);
                }
                sum.intoMemorySegment(Memory.ALL, line + 4L * i, LE);
            }
            var last = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + 4L * whole, LE, used);
            if (r > 0) {
                last = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, b + 4L * whole, LE, used).add(last);
            }
            last.intoMemorySegment(Memory.ALL, line + 4L * whole, LE);
        }
    }

    /**
     * Writes a row of averages from a line of sums that has a vector's length of room after it.
     *
     * <p>A vector of a pixel with fewer channels than lanes hangs over into the next pixel, which is written next; a
     * pixel's last vector is written in a pass before its others.
     *
     * @param begins first pixel of each window
     * @param counts pixels in each window, of which there is one at least
     * @param runs ends of runs of windows that are alike but for their equidistant places
     * @param step from one pixel of a window to the next
     * @param factors by which sums are multiplied or, if {@code divide} is set, divided
     */
    static void averageFloats(
            long line,
            int channels,
            int[] begins,
            int[] counts,
            int[] runs,
            long step,
            float[] factors,
            boolean divide,
            long y) {
        int windows = begins.length;
        int lanes = FLOATS.length();
        int lastBlock = (channels - 1) / lanes * lanes;
        int room = windows * channels - lastBlock - lanes;
        int whole = room < 0 ? 0 : room / channels + 1; // windows whose vectors end before the row does
        int first = 0;
        for (int end : runs) {
            int count = counts[first];
            float factor = factors[first];
            long pixel = 4L * channels * (end - first > 1 ? begins[first + 1] - begins[first] : 0);
            int fit = Math.min(end, whole) - first;
            for (int c = lastBlock; c >= 0; c -= lanes) {
                long from = line + 4L * (begins[first] * channels + c);
                long to = y + 4L * (first * channels + c);
                for (int o = 0; o < fit; o++) {
                    long at = from + o * pixel;
                    var sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE);
                    if (count > 1) {
                        sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + step, LE).add(sum);
                    }
                    for (int j = 2; j < count; j++) {
                        sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + j * step, LE).add(sum);
                    }
                    sum = divide ? sum.div(factor) : sum.mul(factor);
                    sum.intoMemorySegment(Memory.ALL, to + o * 4L * channels, LE);
                }
            }
            for (int o = Math.max(first, whole); o < end; o++) {
                for (int c = 0; c < channels; c += lanes) {
                    long at = line + 4L * (begins[o] * channels + c);
                    var sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE);
                    for (int j = 1; j < count; j++) {
                        sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + j * step, LE).add(sum);
                    }
                    sum = divide ? sum.div(factor) : sum.mul(factor);
                    var used = FLOATS.indexInRange(c, channels);
                    sum.intoMemorySegment(Memory.ALL, y + 4L * (o * channels + c), LE, used);
                }
            }
            first = end;
        }
    }

    /**
     * Writes rows of gradients, each element its window's divided.
     *
     * @param g a row of the result's gradient
     * @param starts for each vector of a row, the element from which {@code places} count
     * @param places where in {@code g} each element's gradient is; beyond the lanes of a vector for 0
     * @param factors by which these are multiplied or, if {@code divide} is set, divided
     * @param length elements in a row
     */
    static void shareFloats(
            long g,
            int[] starts,
            int[] places,
            float[] factors,
            boolean divide,
            long x,
            long rowStep,
            int rows,
            int length) {
        int lanes = FLOATS.length();
        var nothing = IntVector.zero(INTS);
        for (int r = 0; r < rows; r += 2) {
            long a = x + r * rowStep;
            long b = r + 1 < rows ? a + rowStep : a;
            for (int i = 0; i < length; i += lanes) {
                var here = IntVector.fromMemorySegment(INTS, Memory.ALL, g + 4L * starts[i / lanes], LE);
                var share = IntVector.fromArray(INTS, places, i).selectFrom(here, nothing).reinterpretAsFloats();
                var factor = FloatVector.fromArray(FLOATS, factors, i);
                share = (divide ? share.div(factor) : share.mul(factor)).add(0f);
                if (i + lanes <= length) {
                    share.intoMemorySegment(Memory.ALL, a + 4L * i, LE);
                    share.intoMemorySegment(Memory.ALL, b + 4L * i, LE);
                } else {
                    var used = FLOATS.indexInRange(i, length);
                    share.intoMemorySegment(Memory.ALL, a + 4L * i, LE, used);
                    share.intoMemorySegment(Memory.ALL, b + 4L * i, LE, used);
                }
            }
        }
    }

    /** As of floats. */
    static void addDoubles(long x, long rowStep, int rows, int length, long line) {
        int whole = DOUBLES.loopBound(length);
        var used = DOUBLES.indexInRange(whole, length);
        for (int r = Math.min(1, rows - 1); r < rows; r++) {
            long a = r <= 1 ? x : line;
            long b = x + r * rowStep;
            for (int i = 0; i < whole; i += DOUBLES.length()) {
                var sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, a + 8L * i, LE);
                if (r > 0) {
                    sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, b + 8L * i, LE).add(sum);
                }
                sum.intoMemorySegment(Memory.ALL, line + 8L * i, LE);
            }
            var last = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, a + 8L * whole, LE, used);
            if (r > 0) {
                last = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, b + 8L * whole, LE, used).add(last);
            }
            last.intoMemorySegment(Memory.ALL, line + 8L * whole, LE);
        }
    }

    /** As of floats. */
    static void averageDoubles(
            long line,
            int channels,
            int[] begins,
            int[] counts,
            int[] runs,
            long step,
            double[] factors,
            boolean divide,
            long y) {
        int windows = begins.length;
        int lanes = DOUBLES.length();
        int lastBlock = (channels - 1) / lanes * lanes;
        int room = windows * channels - lastBlock - lanes;
        int whole = room < 0 ? 0 : room / channels + 1; // windows whose vectors end before the row does
        int first = 0;
        for (int end : runs) {
            int count = counts[first];
            double factor = factors[first];
            long pixel = 8L * channels * (end - first > 1 ? begins[first + 1] - begins[first] : 0);
            int fit = Math.min(end, whole) - first;
            for (int c = lastBlock; c >= 0; c -= lanes) {
                long from = line + 8L * (begins[first] * channels + c);
                long to = y + 8L * (first * channels + c);
                for (int o = 0; o < fit; o++) {
                    long at = from + o * pixel;
                    var sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at, LE);
                    if (count > 1) {
                        sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at + step, LE).add(sum);
                    }
                    for (int j = 2; j < count; j++) {
                        sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at + j * step, LE).add(sum);
                    }
                    sum = divide ? sum.div(factor) : sum.mul(factor);
                    sum.intoMemorySegment(Memory.ALL, to + o * 8L * channels, LE);
                }
            }
            for (int o = Math.max(first, whole); o < end; o++) {
                for (int c = 0; c < channels; c += lanes) {
                    long at = line + 8L * (begins[o] * channels + c);
                    var sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at, LE);
                    for (int j = 1; j < count; j++) {
                        sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at + j * step, LE).add(sum);
                    }
                    sum = divide ? sum.div(factor) : sum.mul(factor);
                    var used = DOUBLES.indexInRange(c, channels);
                    sum.intoMemorySegment(Memory.ALL, y + 8L * (o * channels + c), LE, used);
                }
            }
            first = end;
        }
    }

    /** As of floats. */
    static void shareDoubles(
            long g,
            int[] starts,
            long[] places,
            double[] factors,
            boolean divide,
            long x,
            long rowStep,
            int rows,
            int length) {
        int lanes = DOUBLES.length();
        var nothing = LongVector.zero(LONGS);
        for (int r = 0; r < rows; r += 2) {
            long a = x + r * rowStep;
            long b = r + 1 < rows ? a + rowStep : a;
            for (int i = 0; i < length; i += lanes) {
                var here = LongVector.fromMemorySegment(LONGS, Memory.ALL, g + 8L * starts[i / lanes], LE);
                var share = LongVector.fromArray(LONGS, places, i).selectFrom(here, nothing).reinterpretAsDoubles();
                var factor = DoubleVector.fromArray(DOUBLES, factors, i);
                share = (divide ? share.div(factor) : share.mul(factor)).add(0.0);
                if (i + lanes <= length) {
                    share.intoMemorySegment(Memory.ALL, a + 8L * i, LE);
                    share.intoMemorySegment(Memory.ALL, b + 8L * i, LE);
                } else {
                    var used = DOUBLES.indexInRange(i, length);
                    share.intoMemorySegment(Memory.ALL, a + 8L * i, LE, used);
                    share.intoMemorySegment(Memory.ALL, b + 8L * i, LE, used);
                }
            }
        }
    }
}
