package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorTemplate;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The {@link VectorTemplate} of {@link RowKernels}. {@code Number} denotes the type of computation, double for float64,
 * else float; indices have a type of the same size. Loop-carried vectors are cast, or added to a vector that was just
 * loaded: see {@link fathom.cpu.memory.VectorTypeHint}.
 */
@SuppressWarnings("unchecked") // vectors have the element type TYPE
final class VectorRows implements RowKernels {
    private static final DType TYPE = VectorTemplate.type(MethodHandles.lookup());
    private static final boolean IS_DOUBLE = TYPE == DType.FLOAT64;
    private static final boolean IS_BFLOAT16 = TYPE == DType.BFLOAT16;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

    /** A species with as many lanes as a float vector. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

    private static final VectorSpecies<Number> VALUES =
            (VectorSpecies<Number>) (IS_DOUBLE ? (VectorSpecies<?>) DOUBLES : FLOATS);
    private static final VectorSpecies<Number> INDICES =
            (VectorSpecies<Number>) (IS_DOUBLE ? (VectorSpecies<?>) LONGS : INTS);
    private static final Class<?> VALUE_TYPE = VALUES.vectorType();
    private static final Class<?> INDEX_TYPE = INDICES.vectorType();
    private static final int LANES = VALUES.length();
    private static final long SIZE = TYPE.size();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public void max(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            int windows,
            long y,
            long yStep,
            long places,
            long placesStep) {
        for (int o = 0; o < windows; o++) {
            int begin = columns.starts()[o];
            int end = columns.ends()[o];
            for (int next = 0; next < channels; next += LANES) {
                int c = Math.max(0, Math.min(next, channels - LANES));
                long at = x + SIZE * c;
                var best = load(at + firstRow * rowStep + begin * columnStep);
                var place = INDICES.broadcast(firstRow * width + begin);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        best = hint(best);
                        place = (Vector<Number>) INDEX_TYPE.cast(place);
                        var current = load(at + i * rowStep + j * columnStep);
                        // greater or NaN, unless the maximum so far is NaN
                        var greater =
                                current.compare(VectorOperators.LE, best)
                                        .or(best.compare(VectorOperators.NE, best))
                                        .not();
                        best = best.blend(current, greater);
                        place = place.blend(i * width + j, greater.cast(INDICES));
                    }
                }
                store(best, y + o * yStep + SIZE * c);
                storeIndices(place, places + o * placesStep + (long) Long.BYTES * c);
            }
        }
    }

    @Override
    public void add(long x, long rowStep, int rows, int length, long line) {
        if (rows == 1) {
            Memory.copy(x, line, SIZE * length);
            return;
        }
        for (int r = 1; r < rows; r++) {
            long a = r == 1 ? x : line;
            long b = x + r * rowStep;
            if (length < LANES) {
                addElements(a, b, length, line);
                continue;
            }
            long last = SIZE * (length - LANES);
            var lastSum = load(b + last).add(load(a + last)); // read before the loop overwrites a part of it
            for (int i = 0; i <= length - LANES; i += LANES) {
                store(load(b + SIZE * i).add(load(a + SIZE * i)), line + SIZE * i);
            }
            store(lastSum, line + last);
        }
    }

    private static void addElements(long a, long b, int length, long line) {
        for (int i = 0; i < length; i++) {
            long at = SIZE * i;
            if (IS_DOUBLE) {
                Memory.setDouble(line + at, Memory.getDouble(b + at) + Memory.getDouble(a + at));
            } else {
                Memory.setFloat(line + at, Memory.getFloat(b + at) + Memory.getFloat(a + at));
            }
        }
    }

    @Override
    public void average(long line, int channels, Axis columns, int[] runs, double[] factors, boolean divide, long y) {
        int[] begins = columns.starts();
        long pixel = SIZE * channels;
        long step = columns.dilation() * pixel;
        int first = 0;
        for (int end : runs) {
            int windows = end - first;
            int count = columns.inside()[first];
            var factor = broadcast(factors[first]);
            long windowStep = windows > 1 ? (begins[first + 1] - begins[first]) * pixel : 0;
            for (int next = 0; next < channels; next += LANES) {
                int c = Math.max(0, Math.min(next, channels - LANES));
                long source = line + begins[first] * pixel + SIZE * c;
                long target = y + first * pixel + SIZE * c;
                for (int o = 0; o < windows; o++) {
                    long at = source + o * windowStep;
                    var sum = load(at);
                    if (count > 1) {
                        sum = load(at + step).add(sum);
                    }
                    for (int j = 2; j < count; j++) {
                        sum = load(at + j * step).add(sum);
                    }
                    sum = hint(sum);
                    store(divide ? sum.div(factor) : sum.mul(factor), target + o * pixel);
                }
            }
            first = end;
        }
    }

    @Override
    public void share(long g, Sharing sharing, int row, long x, long rowStep, int rows, int length) {
        int[] starts = sharing.starts();
        var places = sharing.places();
        var factors = sharing.factors()[row];
        boolean divide = sharing.divide()[row];
        for (int r = 0; r < rows; r += 2) {
            long a = x + r * rowStep;
            long b = r + 1 < rows ? a + rowStep : a;
            for (int v = 0; v < starts.length; v++) {
                long at = SIZE * Math.min(v * LANES, length - LANES);
                var share = hint(rearranged(g + SIZE * starts[v], places, v * LANES));
                var factor = ofArray(factors, v * LANES);
                share = plusZero(divide ? share.div(factor) : share.mul(factor));
                store(share, a + at);
                store(share, b + at);
            }
        }
    }

    @Override
    public void spread(
            long g,
            long gStep,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            int windows,
            double[] divisors,
            long x,
            long rowStep,
            long columnStep) {
        // the lanes of a pixel's last vector that do not overlap another
        var own =
                channels < LANES
                        ? VALUES.indexInRange(0, channels)
                        : VALUES.indexInRange(0, LANES - channels % LANES).not();
        for (int o = 0; o < windows; o++) {
            int begin = columns.starts()[o];
            int end = columns.ends()[o];
            var divisor = broadcast(divisors[o]);
            for (int next = 0; next < channels; next += LANES) {
                int c = Math.max(0, Math.min(next, channels - LANES));
                long at = x + SIZE * c;
                var share = load(g + o * gStep + SIZE * c).div(divisor);
                if (next + LANES > channels) {
                    share = VALUES.zero().blend(share, own);
                }
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        long position = at + i * rowStep + j * columnStep;
                        store(load(position).add(share), position);
                    }
                }
            }
        }
    }

    /** Casts a vector to its class, for the compiler. */
    private static Vector<Number> hint(Vector<Number> values) {
        return (Vector<Number>) VALUE_TYPE.cast(values);
    }

    private static Vector<Number> load(long at) {
        if (IS_BFLOAT16) {
            var halves = ShortVector.fromMemorySegment(SHORTS, Memory.ALL, at, LE);
            var bits = (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            return hint((Vector<Number>) (Vector<?>) bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats());
        }
        return (Vector<Number>)
                (IS_DOUBLE
                        ? (Vector<?>) DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, at, LE)
                        : FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE));
    }

    /** Stores values; for bfloat16, they must be representable. */
    private static void store(Vector<Number> values, long at) {
        if (IS_BFLOAT16) {
            values.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHR, 16)
                    .convertShape(VectorOperators.I2S, SHORTS, 0)
                    .intoMemorySegment(Memory.ALL, at, LE);
        } else {
            values.intoMemorySegment(Memory.ALL, at, LE);
        }
    }

    private static void storeIndices(Vector<Number> places, long at) {
        if (IS_DOUBLE) {
            places.intoMemorySegment(Memory.ALL, at, LE);
        } else {
            var ints = (IntVector) (Vector<?>) places;
            ints.convertShape(VectorOperators.I2L, LONGS, 0).intoMemorySegment(Memory.ALL, at, LE);
            ints.convertShape(VectorOperators.I2L, LONGS, 1)
                    .intoMemorySegment(Memory.ALL, at + LONGS.vectorByteSize(), LE);
        }
    }

    private static Vector<Number> broadcast(double value) {
        return (Vector<Number>)
                (IS_DOUBLE
                        ? (Vector<?>) DoubleVector.broadcast(DOUBLES, value)
                        : FloatVector.broadcast(FLOATS, (float) value));
    }

    private static Vector<Number> ofArray(Object array, int i) {
        return (Vector<Number>)
                (IS_DOUBLE
                        ? (Vector<?>) DoubleVector.fromArray(DOUBLES, (double[]) array, i)
                        : FloatVector.fromArray(FLOATS, (float[]) array, i));
    }

    /** Converts -0 to 0. */
    private static Vector<Number> plusZero(Vector<Number> values) {
        return values.add(VALUES.zero());
    }

    /** {@return a vector loaded from memory with its lanes rearranged; 0 where the source lane is out of range} */
    private static Vector<Number> rearranged(long from, Object places, int i) {
        if (IS_DOUBLE) {
            var current = LongVector.fromMemorySegment(LONGS, Memory.ALL, from, LE);
            var selected = LongVector.fromArray(LONGS, (long[]) places, i);
            return (Vector<Number>)
                    (Vector<?>) selected.selectFrom(current, LongVector.zero(LONGS)).reinterpretAsDoubles();
        }
        var current = IntVector.fromMemorySegment(INTS, Memory.ALL, from, LE);
        var selected = IntVector.fromArray(INTS, (int[]) places, i);
        return (Vector<Number>) (Vector<?>) selected.selectFrom(current, IntVector.zero(INTS)).reinterpretAsFloats();
    }
}
