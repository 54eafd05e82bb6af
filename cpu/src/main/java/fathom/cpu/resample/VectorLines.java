package fathom.cpu.resample;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.NE;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weighted sums of rows and of their positions in vector code. The receiver of a call is always a vector that was just
 * loaded, never a loop-carried one: see {@link fathom.cpu.memory.VectorTypeHint}.
 */
final class VectorLines {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorLines() {}

    /** Writes the weighted sum of rows, possibly none, two at a time. */
    static void combine(long[] rows, double[] weights, int count, int length, long to) {
        if (count == 0) {
            Memory.zero(to, 4L * length);
            return;
        }
        int k = count % 2;
        if (k == 1) {
            scale(rows[0], (float) weights[0], length, to);
        } else {
            addFirst(rows[0], (float) weights[0], rows[1], (float) weights[1], length, to);
            k = 2;
        }
        for (; k < count; k += 2) {
            addMore(rows[k], (float) weights[k], rows[k + 1], (float) weights[k + 1], length, to);
        }
    }

    private static void scale(long a, float weight, int length, long to) {
        int vectorEnd = FLOATS.loopBound(length);
        for (int i = 0; i < vectorEnd; i += FLOATS.length()) {
            load(a + 4L * i).mul(weight).intoMemorySegment(Memory.ALL, to + 4L * i, LE);
        }
        if (vectorEnd == length) {
            return;
        }
        var used = FLOATS.indexInRange(vectorEnd, length);
        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + 4L * vectorEnd, LE, used)
                .mul(weight)
                .intoMemorySegment(Memory.ALL, to + 4L * vectorEnd, LE, used);
    }

    private static void addFirst(long a, float weightA, long b, float weightB, int length, long to) {
        int vectorEnd = FLOATS.loopBound(length);
        var wa = FloatVector.broadcast(FLOATS, weightA);
        var wb = FloatVector.broadcast(FLOATS, weightB);
        for (int i = 0; i < vectorEnd; i += FLOATS.length()) {
            var first = load(a + 4L * i).mul(wa);
            load(b + 4L * i).fma(wb, first).intoMemorySegment(Memory.ALL, to + 4L * i, LE);
        }
        if (vectorEnd == length) {
            return;
        }
        var used = FLOATS.indexInRange(vectorEnd, length);
        var first = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + 4L * vectorEnd, LE, used).mul(wa);
        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, b + 4L * vectorEnd, LE, used)
                .fma(wb, first)
                .intoMemorySegment(Memory.ALL, to + 4L * vectorEnd, LE, used);
    }

    private static void addMore(long a, float weightA, long b, float weightB, int length, long to) {
        int vectorEnd = FLOATS.loopBound(length);
        var wa = FloatVector.broadcast(FLOATS, weightA);
        var wb = FloatVector.broadcast(FLOATS, weightB);
        for (int i = 0; i < vectorEnd; i += FLOATS.length()) {
            var sum = load(a + 4L * i).fma(wa, load(to + 4L * i));
            load(b + 4L * i).fma(wb, sum).intoMemorySegment(Memory.ALL, to + 4L * i, LE);
        }
        if (vectorEnd == length) {
            return;
        }
        var used = FLOATS.indexInRange(vectorEnd, length);
        var before = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + 4L * vectorEnd, LE, used);
        var sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + 4L * vectorEnd, LE, used).fma(wa, before);
        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, b + 4L * vectorEnd, LE, used)
                .fma(wb, sum)
                .intoMemorySegment(Memory.ALL, to + 4L * vectorEnd, LE, used);
    }

    /** Adds a scaled row to another. */
    static void add(long row, float weight, int length, long to) {
        int vectorEnd = FLOATS.loopBound(length);
        var w = FloatVector.broadcast(FLOATS, weight);
        for (int i = 0; i < vectorEnd; i += FLOATS.length()) {
            load(row + 4L * i).fma(w, load(to + 4L * i)).intoMemorySegment(Memory.ALL, to + 4L * i, LE);
        }
        if (vectorEnd == length) {
            return;
        }
        var used = FLOATS.indexInRange(vectorEnd, length);
        var before = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + 4L * vectorEnd, LE, used);
        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, row + 4L * vectorEnd, LE, used)
                .fma(w, before)
                .intoMemorySegment(Memory.ALL, to + 4L * vectorEnd, LE, used);
    }

    private static FloatVector load(long at) {
        return FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE);
    }

    /** Writes a row of pixels that are weighted sums of a row's pixels. */
    static void spread(long row, int channels, int[] starts, int[] columns, float[] weights, long to) {
        int vectorEnd = FLOATS.loopBound(channels);
        var used = FLOATS.indexInRange(vectorEnd, channels);
        long pixel = 4L * channels;
        for (int o = 0; o < starts.length - 1; o++) {
            int start = starts[o];
            int end = starts[o + 1];
            long target = to + o * pixel;
            if (end - start == 2) {
                long a = row + columns[start] * pixel;
                long b = row + columns[start + 1] * pixel;
                addFirst(a, weights[start], b, weights[start + 1], channels, target);
                continue;
            }
            if (start == end) {
                Memory.zero(target, pixel);
                continue;
            }
            long first = row + columns[start] * pixel;
            for (int c = 0; c < vectorEnd; c += FLOATS.length()) {
                var sum = load(first + 4L * c).mul(weights[start]);
                for (int k = start + 1; k < end; k++) {
                    sum = load(row + columns[k] * pixel + 4L * c).fma(FloatVector.broadcast(FLOATS, weights[k]), sum);
                }
                sum.intoMemorySegment(Memory.ALL, target + 4L * c, LE);
            }
            if (vectorEnd < channels) {
                var sum =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, first + 4L * vectorEnd, LE, used)
                                .mul(weights[start]);
                for (int k = start + 1; k < end; k++) {
                    long at = row + columns[k] * pixel + 4L * vectorEnd;
                    sum =
                            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE, used)
                                    .fma(FloatVector.broadcast(FLOATS, weights[k]), sum);
                }
                sum.intoMemorySegment(Memory.ALL, target + 4L * vectorEnd, LE, used);
            }
        }
    }

    /**
     * Writes a row of pixels that are weighted sums of two pixels in each of two rows: {@link #combine} and {@link
     * #spread} without the intermediate row.
     */
    static void spreadPairs(
            long a, float weightA, long b, float weightB, int channels, int[] columns, float[] weights, long to) {
        int vectorEnd = FLOATS.loopBound(channels);
        var used = FLOATS.indexInRange(vectorEnd, channels);
        long pixel = 4L * channels;
        long below = b - a;
        var wa = FloatVector.broadcast(FLOATS, weightA);
        var wb = FloatVector.broadcast(FLOATS, weightB);
        for (int k = 0; k < columns.length; k += 2) {
            long left = a + columns[k] * pixel;
            long right = a + columns[k + 1] * pixel;
            long target = to + k / 2 * pixel;
            var wl = FloatVector.broadcast(FLOATS, weights[k]);
            var wr = FloatVector.broadcast(FLOATS, weights[k + 1]);
            for (int c = 0; c < vectorEnd; c += FLOATS.length()) {
                var l = load(left + below + 4L * c).fma(wb, load(left + 4L * c).mul(wa));
                var r = load(right + below + 4L * c).fma(wb, load(right + 4L * c).mul(wa));
                r.fma(wr, l.mul(wl)).intoMemorySegment(Memory.ALL, target + 4L * c, LE);
            }
            if (vectorEnd < channels) {
                var la = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, left + 4L * vectorEnd, LE, used).mul(wa);
                var l =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, left + below + 4L * vectorEnd, LE, used)
                                .fma(wb, la);
                var ra = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, right + 4L * vectorEnd, LE, used).mul(wa);
                var r =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, right + below + 4L * vectorEnd, LE, used)
                                .fma(wb, ra);
                r.fma(wr, l.mul(wl)).intoMemorySegment(Memory.ALL, target + 4L * vectorEnd, LE, used);
            }
        }
    }

    /** Writes a row of numbers that are weighted sums of a row's numbers. */
    static void rearrange(long row, LaneTable table, int length, long to) {
        int slots = table.slots();
        int[] starts = table.starts();
        int[] places = table.places();
        float[] weights = table.weights();
        if (table.isRagged()) {
            ragged(row, slots, starts, places, weights, length, to);
        } else if (table.vectors() == 1) {
            single(row, slots, starts, places, weights, length, to);
        } else {
            pairs(row, slots, starts, places, weights, length, to);
        }
    }

    private static void single(long row, int slots, int[] starts, int[] places, float[] weights, int length, long to) {
        int lanes = FLOATS.length();
        for (int i = 0, v = 0; i < length; i += lanes, v += slots) {
            var sum = one(row, starts[v], places, v * lanes).mul(FloatVector.fromArray(FLOATS, weights, v * lanes));
            for (int k = v + 1; k < v + slots; k++) {
                var weight = FloatVector.fromArray(FLOATS, weights, k * lanes);
                sum = one(row, starts[k], places, k * lanes).fma(weight, sum);
            }
            store(sum, to, i, length);
        }
    }

    private static void pairs(long row, int slots, int[] starts, int[] places, float[] weights, int length, long to) {
        int lanes = FLOATS.length();
        for (int i = 0, v = 0; i < length; i += lanes, v += slots) {
            var sum = two(row, starts[v], places, v * lanes).mul(FloatVector.fromArray(FLOATS, weights, v * lanes));
            for (int k = v + 1; k < v + slots; k++) {
                var weight = FloatVector.fromArray(FLOATS, weights, k * lanes);
                sum = two(row, starts[k], places, k * lanes).fma(weight, sum);
            }
            store(sum, to, i, length);
        }
    }

    private static void ragged(long row, int slots, int[] starts, int[] places, float[] weights, int length, long to) {
        int lanes = FLOATS.length();
        var zero = FloatVector.zero(FLOATS);
        for (int i = 0, v = 0; i < length; i += lanes, v += slots) {
            var first = FloatVector.fromArray(FLOATS, weights, v * lanes);
            var sum = zero.blend(two(row, starts[v], places, v * lanes).mul(first), first.compare(EQ, first));
            for (int k = v + 1; k < v + slots; k++) {
                var weight = FloatVector.fromArray(FLOATS, weights, k * lanes);
                var more = two(row, starts[k], places, k * lanes).fma(weight, sum);
                sum = more.blend(sum, weight.compare(NE, weight));
            }
            store(sum, to, i, length);
        }
    }

    private static void store(FloatVector sum, long to, int i, int length) {
        if (i + FLOATS.length() <= length) {
            sum.intoMemorySegment(Memory.ALL, to + 4L * i, LE);
        } else {
            sum.intoMemorySegment(Memory.ALL, to + 4L * i, LE, FLOATS.indexInRange(i, length));
        }
    }

    private static FloatVector one(long row, int start, int[] places, int at) {
        var current = IntVector.fromMemorySegment(INTS, Memory.ALL, row + 4L * start, LE);
        return IntVector.fromArray(INTS, places, at).selectFrom(current).reinterpretAsFloats();
    }

    private static FloatVector two(long row, int start, int[] places, int at) {
        long from = row + 4L * start;
        var current = IntVector.fromMemorySegment(INTS, Memory.ALL, from, LE);
        var next = IntVector.fromMemorySegment(INTS, Memory.ALL, from + INTS.vectorByteSize(), LE);
        return IntVector.fromArray(INTS, places, at).selectFrom(current, next).reinterpretAsFloats();
    }
}
