package fathom.cpu.conv;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector code of {@link Channels}. */
final class VectorChannels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorChannels() {}

    static void floatTaps(long to, long init, long weights, long[] sources, long[] taps, int count, int channels) {
        for (int c = 0; c < channels; c += FLOATS.length()) {
            var used = FLOATS.indexInRange(c, channels);
            long x = 4L * c;
            var sum =
                    init == 0
                            ? FloatVector.zero(FLOATS)
                            : FloatVector.fromMemorySegment(FLOATS, Memory.ALL, init + x, LE, used);
            for (int i = 0; i < count; i++) {
                sum =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, sources[i] + x, LE, used)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOATS, Memory.ALL, weights + taps[i] + x, LE, used),
                                        sum);
            }
            sum.intoMemorySegment(Memory.ALL, to + x, LE, used);
        }
    }

    static void floatDots(long sums, long a, long aStep, long b, long bStep, int count, int channels) {
        for (int c = 0; c < channels; c += FLOATS.length()) {
            var used = FLOATS.indexInRange(c, channels);
            long x = 4L * c;
            var sum = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, sums + x, LE, used);
            for (int i = 0; i < count; i++) {
                sum =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, a + i * aStep + x, LE, used)
                                .fma(
                                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, b + i * bStep + x, LE, used),
                                        sum);
            }
            sum.intoMemorySegment(Memory.ALL, sums + x, LE, used);
        }
    }

    static void doubleTaps(long to, long init, long weights, long[] sources, long[] taps, int count, int channels) {
        for (int c = 0; c < channels; c += DOUBLES.length()) {
            var used = DOUBLES.indexInRange(c, channels);
            long x = 8L * c;
            var sum =
                    init == 0
                            ? DoubleVector.zero(DOUBLES)
                            : DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, init + x, LE, used);
            for (int i = 0; i < count; i++) {
                sum =
                        DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, sources[i] + x, LE, used)
                                .fma(
                                        DoubleVector.fromMemorySegment(
                                                DOUBLES, Memory.ALL, weights + taps[i] + x, LE, used),
                                        sum);
            }
            sum.intoMemorySegment(Memory.ALL, to + x, LE, used);
        }
    }

    static void doubleDots(long sums, long a, long aStep, long b, long bStep, int count, int channels) {
        for (int c = 0; c < channels; c += DOUBLES.length()) {
            var used = DOUBLES.indexInRange(c, channels);
            long x = 8L * c;
            var sum = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, sums + x, LE, used);
            for (int i = 0; i < count; i++) {
                sum =
                        DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, a + i * aStep + x, LE, used)
                                .fma(
                                        DoubleVector.fromMemorySegment(
                                                DOUBLES, Memory.ALL, b + i * bStep + x, LE, used),
                                        sum);
            }
            sum.intoMemorySegment(Memory.ALL, sums + x, LE, used);
        }
    }
}
