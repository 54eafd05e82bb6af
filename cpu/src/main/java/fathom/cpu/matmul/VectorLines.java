package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector code of {@link Lines}. */
final class VectorLines {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int BYTES = INTS.vectorByteSize();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorLines() {}

    /**
     * Copies lines into an array. It also overwrites the elements after a line up to the end of a vector, which is
     * cheaper than a masked store.
     */
    static void toArray(long from, long fromStep, float[] array, int to, int toStep, int n, int count) {
        int vectorEnd = FLOATS.loopBound(n);
        var tail = FLOATS.indexInRange(vectorEnd, n);
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < vectorEnd; i += FLOATS.length()) {
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * i, LE).intoArray(array, to + i);
            }
            if (vectorEnd < n) {
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * vectorEnd, LE, tail)
                        .intoArray(array, to + vectorEnd);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void toArray(long from, long fromStep, double[] array, int to, int toStep, int n, int count) {
        int vectorEnd = DOUBLES.loopBound(n);
        var tail = DOUBLES.indexInRange(vectorEnd, n);
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < vectorEnd; i += DOUBLES.length()) {
                DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * i, LE).intoArray(array, to + i);
            }
            if (vectorEnd < n) {
                DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * vectorEnd, LE, tail)
                        .intoArray(array, to + vectorEnd);
            }
            from += fromStep;
            to += toStep;
        }
    }

    /** Copies lines whose size in bytes is a multiple of 4. */
    static void copy(long from, long fromStep, long to, long toStep, int bytes, int count) {
        int vectorEnd = bytes & -BYTES;
        var tail = INTS.indexInRange(0, (bytes - vectorEnd) >> 2);
        for (int line = 0; line < count; line++) {
            for (int x = 0; x < vectorEnd; x += BYTES) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + x, LE).intoMemorySegment(Memory.ALL, to + x, LE);
            }
            if (vectorEnd < bytes) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + vectorEnd, LE, tail)
                        .intoMemorySegment(Memory.ALL, to + vectorEnd, LE, tail);
            }
            from += fromStep;
            to += toStep;
        }
    }

    /** Copies lines whose size in bytes is a multiple of 4, zero-padded to a whole number of vectors. */
    static void copyPadded(long from, long fromStep, long to, long toStep, int bytes, int count) {
        int vectorEnd = bytes & -BYTES;
        var tail = INTS.indexInRange(0, (bytes - vectorEnd) >> 2);
        for (int line = 0; line < count; line++) {
            for (int x = 0; x < vectorEnd; x += BYTES) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + x, LE).intoMemorySegment(Memory.ALL, to + x, LE);
            }
            if (vectorEnd < bytes) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + vectorEnd, LE, tail)
                        .intoMemorySegment(Memory.ALL, to + vectorEnd, LE);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void addFloats(long to, long from, int n) {
        int vectorEnd = FLOATS.loopBound(n);
        for (int j = 0; j < vectorEnd; j += FLOATS.length()) {
            long x = 4L * j;
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + x, LE)
                    .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        if (vectorEnd < n) {
            var tail = FLOATS.indexInRange(vectorEnd, n);
            long x = 4L * vectorEnd;
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + x, LE, tail)
                    .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
        }
    }

    static void addDoubles(long to, long from, int n) {
        int vectorEnd = DOUBLES.loopBound(n);
        for (int j = 0; j < vectorEnd; j += DOUBLES.length()) {
            long x = 8L * j;
            DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to + x, LE)
                    .add(DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        if (vectorEnd < n) {
            var tail = DOUBLES.indexInRange(vectorEnd, n);
            long x = 8L * vectorEnd;
            DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to + x, LE, tail)
                    .add(DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
        }
    }
}
