package fathom.cpu.pool;

import fathom.cpu.memory.Exact;
import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vector code for bfloat16, whose numbers are the upper halves of floats. */
final class BrainVectors {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

    /** As many as there are floats in a vector. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private BrainVectors() {}

    /** As {@link VectorMax#floats}. */
    static void max(
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
                long at = x + 2L * c;
                var best =
                        ((IntVector)
                                        ShortVector.fromMemorySegment(
                                                        SHORTS,
                                                        Memory.ALL,
                                                        at + firstRow * rowStep + begin * columnStep,
                                                        LE)
                                                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats();
                var place = IntVector.broadcast(INTS, firstRow * width + begin);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        best = Exact.floats(best);
                        place = Exact.ints(place);
                        var here =
                                ((IntVector)
                                                ShortVector.fromMemorySegment(
                                                                SHORTS,
                                                                Memory.ALL,
                                                                at + i * rowStep + j * columnStep,
                                                                LE)
                                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                                        .lanewise(VectorOperators.LSHL, 16)
                                        .reinterpretAsFloats();
                        // neither less nor equal, and the best so far is a number
                        var greater =
                                here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                        best = best.blend(here, greater);
                        place = place.blend(i * width + j, greater.cast(INTS));
                    }
                }
                ((ShortVector)
                                best.reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHR, 16)
                                        .convertShape(VectorOperators.I2S, SHORTS, 0))
                        .intoMemorySegment(Memory.ALL, y + o * yStep + 2L * c, LE);
                long to = places + o * placesStep + 8L * c;
                place.convertShape(VectorOperators.I2L, LONGS, 0).intoMemorySegment(Memory.ALL, to, LE);
                place.convertShape(VectorOperators.I2L, LONGS, 1)
                        .intoMemorySegment(Memory.ALL, to + LONGS.vectorByteSize(), LE);
            }
        }
    }

    /** As {@link VectorMax#fewFloats}. */
    static void fewMax(
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
        var used = SHORTS.indexInRange(0, channels);
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            var best =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    SHORTS,
                                                    Memory.ALL,
                                                    x + firstRow * rowStep + begin * columnStep,
                                                    LE,
                                                    used)
                                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                            .lanewise(VectorOperators.LSHL, 16)
                            .reinterpretAsFloats();
            var place = IntVector.broadcast(INTS, firstRow * width + begin);
            for (int i = firstRow; i < lastRow; i += dilation) {
                for (int j = begin; j < end; j += columns.dilation()) {
                    best = Exact.floats(best);
                    place = Exact.ints(place);
                    var here =
                            ((IntVector)
                                            ShortVector.fromMemorySegment(
                                                            SHORTS,
                                                            Memory.ALL,
                                                            x + i * rowStep + j * columnStep,
                                                            LE,
                                                            used)
                                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                                    .lanewise(VectorOperators.LSHL, 16)
                                    .reinterpretAsFloats();
                    // neither less nor equal, and the best so far is a number
                    var greater =
                            here.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)).not();
                    best = best.blend(here, greater);
                    place = place.blend(i * width + j, greater.cast(INTS));
                }
            }
            ((ShortVector)
                            best.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 16)
                                    .convertShape(VectorOperators.I2S, SHORTS, 0))
                    .intoMemorySegment(Memory.ALL, y + o * yStep, LE, used);
            long to = places + o * placesStep;
            place.convertShape(VectorOperators.I2L, LONGS, 0)
                    .intoMemorySegment(Memory.ALL, to, LE, LONGS.indexInRange(0, channels));
            place.convertShape(VectorOperators.I2L, LONGS, 1)
                    .intoMemorySegment(
                            Memory.ALL, to + LONGS.vectorByteSize(), LE, LONGS.indexInRange(LONGS.length(), channels));
        }
    }

    /** Writes {@code length} bfloat16 that lie together as floats. */
    static void widen(long from, long floats, int length) {
        int whole = FLOATS.loopBound(length);
        for (int i = 0; i < whole; i += FLOATS.length()) {
            wide(ShortVector.fromMemorySegment(SHORTS, Memory.ALL, from + 2L * i, LE))
                    .intoMemorySegment(Memory.ALL, floats + 4L * i, LE);
        }
        if (whole < length) {
            var used = SHORTS.indexInRange(whole, length);
            wide(ShortVector.fromMemorySegment(SHORTS, Memory.ALL, from + 2L * whole, LE, used))
                    .intoMemorySegment(Memory.ALL, floats + 4L * whole, LE, INTS.indexInRange(whole, length));
        }
    }

    private static IntVector wide(ShortVector v) {
        return ((IntVector) v.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, 16);
    }

    /** Rounds {@code length} floats that lie together to the nearest bfloat16, halves to even. */
    static void round(long floats, long to, int length) {
        for (int i = 0; i < length; i += FLOATS.length()) {
            var used = FLOATS.indexInRange(i, length);
            var value = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, floats + 4L * i, LE, used);
            var bits = value.reinterpretAsInts();
            var rounded =
                    bits.add(0x7FFF)
                            .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                            .lanewise(VectorOperators.LSHR, 16)
                            .blend(0x7FC0, value.compare(VectorOperators.NE, value).cast(INTS));
            ((ShortVector) rounded.convertShape(VectorOperators.I2S, SHORTS, 0))
                    .intoMemorySegment(Memory.ALL, to + 2L * i, LE, SHORTS.indexInRange(i, length));
        }
    }
}
