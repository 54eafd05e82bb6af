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

    /** Also writes what follows a line in the array, up to a vector's end: cheaper than to leave it alone. */
    static void toArray(long from, long fromStep, float[] array, int to, int toStep, int n, int count) {
        int whole = FLOATS.loopBound(n);
        var tail = FLOATS.indexInRange(whole, n);
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < whole; i += FLOATS.length()) {
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * i, LE).intoArray(array, to + i);
            }
            if (whole < n) {
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * whole, LE, tail)
                        .intoArray(array, to + whole);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void toArray(long from, long fromStep, double[] array, int to, int toStep, int n, int count) {
        int whole = DOUBLES.loopBound(n);
        var tail = DOUBLES.indexInRange(whole, n);
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < whole; i += DOUBLES.length()) {
                DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * i, LE).intoArray(array, to + i);
            }
            if (whole < n) {
                DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * whole, LE, tail)
                        .intoArray(array, to + whole);
            }
            from += fromStep;
            to += toStep;
        }
    }

    /** Lines of a number of bytes that is a multiple of 4. */
    static void copy(long from, long fromStep, long to, long toStep, int bytes, int count) {
        int whole = bytes & -BYTES;
        var tail = INTS.indexInRange(0, (bytes - whole) >> 2);
        for (int line = 0; line < count; line++) {
            for (int x = 0; x < whole; x += BYTES) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + x, LE).intoMemorySegment(Memory.ALL, to + x, LE);
            }
            if (whole < bytes) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + whole, LE, tail)
                        .intoMemorySegment(Memory.ALL, to + whole, LE, tail);
            }
            from += fromStep;
            to += toStep;
        }
    }

    /** Lines of a number of bytes that is a multiple of 4, filled with zeros up to a whole number of vectors. */
    static void copyPadded(long from, long fromStep, long to, long toStep, int bytes, int count) {
        int whole = bytes & -BYTES;
        var tail = INTS.indexInRange(0, (bytes - whole) >> 2);
        for (int line = 0; line < count; line++) {
            for (int x = 0; x < whole; x += BYTES) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + x, LE).intoMemorySegment(Memory.ALL, to + x, LE);
            }
            if (whole < bytes) {
                IntVector.fromMemorySegment(INTS, Memory.ALL, from + whole, LE, tail)
                        .intoMemorySegment(Memory.ALL, to + whole, LE);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void addFloats(long to, long from, int n) {
        int whole = FLOATS.loopBound(n);
        for (int j = 0; j < whole; j += FLOATS.length()) {
            long x = 4L * j;
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + x, LE)
                    .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        if (whole < n) {
            var tail = FLOATS.indexInRange(whole, n);
            long x = 4L * whole;
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to + x, LE, tail)
                    .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
        }
    }

    static void addDoubles(long to, long from, int n) {
        int whole = DOUBLES.loopBound(n);
        for (int j = 0; j < whole; j += DOUBLES.length()) {
            long x = 8L * j;
            DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to + x, LE)
                    .add(DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        if (whole < n) {
            var tail = DOUBLES.indexInRange(whole, n);
            long x = 8L * whole;
            DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to + x, LE, tail)
                    .add(DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
        }
    }
}
