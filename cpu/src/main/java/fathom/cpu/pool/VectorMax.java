package fathom.cpu.pool;

import fathom.cpu.memory.Exact;
import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A row of maxima, by vectors across the channels of a pixel. The parameters are: the image and its steps (bytes), its
 * width and channels; the rows of the windows, clipped; where the maxima and their places go.
 *
 * <p>The last vector of a pixel overlaps the one before, instead of being masked: what a masked access does where it is
 * out of bounds (calls, in code that may be compiled before that is known never to happen) keeps a loop's vectors out
 * of registers, which made it three times slower. Only pixels of fewer channels than a vector has lanes need masks.
 */
final class VectorMax {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorMax() {}

    /** At least as many channels as a vector has lanes. */
    static void floats(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            long y,
            long yStep,
            long places,
            long placesStep) {
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            for (int next = 0; next < channels; next += FLOATS.length()) {
                int c = Math.min(next, channels - FLOATS.length());
                long at = x + 4L * c;
                var best =
                        FloatVector.fromMemorySegment(
                                FLOATS, Memory.ALL, at + firstRow * rowStep + begin * columnStep, LE);
                var place = IntVector.broadcast(INTS, firstRow * width + begin);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        best = Exact.floats(best);
                        place = Exact.ints(place);
                        var here =
                                FloatVector.fromMemorySegment(
                                        FLOATS, Memory.ALL, at + i * rowStep + j * columnStep, LE);
                        // neither less nor equal, and the best so far is a number
                        var greater =
                                here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                        best = best.blend(here, greater);
                        place = place.blend(i * width + j, greater.cast(INTS));
                    }
                }
                best.intoMemorySegment(Memory.ALL, y + o * yStep + 4L * c, LE);
                long to = places + o * placesStep + 8L * c;
                place.convertShape(VectorOperators.I2L, LONGS, 0).intoMemorySegment(Memory.ALL, to, LE);
                place.convertShape(VectorOperators.I2L, LONGS, 1)
                        .intoMemorySegment(Memory.ALL, to + LONGS.vectorByteSize(), LE);
            }
        }
    }

    /** Fewer channels than a vector has lanes. */
    static void fewFloats(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            long y,
            long yStep,
            long places,
            long placesStep) {
        var used = FLOATS.indexInRange(0, channels);
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            var best =
                    FloatVector.fromMemorySegment(
                            FLOATS, Memory.ALL, x + firstRow * rowStep + begin * columnStep, LE, used);
            var place = IntVector.broadcast(INTS, firstRow * width + begin);
            for (int i = firstRow; i < lastRow; i += dilation) {
                for (int j = begin; j < end; j += columns.dilation()) {
                    best = Exact.floats(best);
                    place = Exact.ints(place);
                    var here =
                            FloatVector.fromMemorySegment(
                                    FLOATS, Memory.ALL, x + i * rowStep + j * columnStep, LE, used);
                    // neither less nor equal, and the best so far is a number
                    var greater =
                            here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                    best = best.blend(here, greater);
                    place = place.blend(i * width + j, greater.cast(INTS));
                }
            }
            best.intoMemorySegment(Memory.ALL, y + o * yStep, LE, used);
            long to = places + o * placesStep;
            place.convertShape(VectorOperators.I2L, LONGS, 0)
                    .intoMemorySegment(Memory.ALL, to, LE, LONGS.indexInRange(0, channels));
            place.convertShape(VectorOperators.I2L, LONGS, 1)
                    .intoMemorySegment(
                            Memory.ALL, to + LONGS.vectorByteSize(), LE, LONGS.indexInRange(LONGS.length(), channels));
        }
    }

    /** As {@link #floats}. */
    static void doubles(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            long y,
            long yStep,
            long places,
            long placesStep) {
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            for (int next = 0; next < channels; next += DOUBLES.length()) {
                int c = Math.min(next, channels - DOUBLES.length());
                long at = x + 8L * c;
                var best =
                        DoubleVector.fromMemorySegment(
                                DOUBLES, Memory.ALL, at + firstRow * rowStep + begin * columnStep, LE);
                var place = LongVector.broadcast(LONGS, firstRow * width + begin);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        best = Exact.doubles(best);
                        place = Exact.longs(place);
                        var here =
                                DoubleVector.fromMemorySegment(
                                        DOUBLES, Memory.ALL, at + i * rowStep + j * columnStep, LE);
                        // neither less nor equal, and the best so far is a number
                        var greater =
                                here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                        best = best.blend(here, greater);
                        place = place.blend(i * width + j, greater.cast(LONGS));
                    }
                }
                best.intoMemorySegment(Memory.ALL, y + o * yStep + 8L * c, LE);
                place.intoMemorySegment(Memory.ALL, places + o * placesStep + 8L * c, LE);
            }
        }
    }

    /** As {@link #fewFloats}. */
    static void fewDoubles(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            long y,
            long yStep,
            long places,
            long placesStep) {
        var used = DOUBLES.indexInRange(0, channels);
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            var best =
                    DoubleVector.fromMemorySegment(
                            DOUBLES, Memory.ALL, x + firstRow * rowStep + begin * columnStep, LE, used);
            var place = LongVector.broadcast(LONGS, firstRow * width + begin);
            for (int i = firstRow; i < lastRow; i += dilation) {
                for (int j = begin; j < end; j += columns.dilation()) {
                    best = Exact.doubles(best);
                    place = Exact.longs(place);
                    var here =
                            DoubleVector.fromMemorySegment(
                                    DOUBLES, Memory.ALL, x + i * rowStep + j * columnStep, LE, used);
                    // neither less nor equal, and the best so far is a number
                    var greater =
                            here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                    best = best.blend(here, greater);
                    place = place.blend(i * width + j, greater.cast(LONGS));
                }
            }
            best.intoMemorySegment(Memory.ALL, y + o * yStep, LE, used);
            place.intoMemorySegment(Memory.ALL, places + o * placesStep, LE, LONGS.indexInRange(0, channels));
        }
    }
}
