package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The vector code of {@link Sums}. */
final class VectorSums {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    /** Mask of the upper half of an int: a bfloat16 there is a float with these bits. */
    private static final int UPPER = 0xFFFF0000;

    private VectorSums() {}

    static void float32(float[] sums, float[] x, long row, long step) {
        int i = 0;
        for (; i + 8 <= x.length; i += 8) {
            eight(sums, x, i, row, step);
            row += 8 * step;
        }
        for (; i < x.length; i++) {
            one(sums, x[i], row);
            row += step;
        }
    }

    private static void eight(float[] sums, float[] x, int i, long a, long step) {
        int vectorEnd = FLOATS.loopBound(sums.length);
        float x0 = x[i];
        float x1 = x[i + 1];
        float x2 = x[i + 2];
        float x3 = x[i + 3];
        float x4 = x[i + 4];
        float x5 = x[i + 5];
        float x6 = x[i + 6];
        float x7 = x[i + 7];
        long e = a + 4 * step;
        for (int j = 0; j < vectorEnd; j += FLOATS.length()) {
            long at = a + 4L * j;
            long after = e + 4L * j;
            var s = FloatVector.fromArray(FLOATS, sums, j);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE).mul(x0).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + step, LE).mul(x1).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + 2 * step, LE).mul(x2).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + 3 * step, LE).mul(x3).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, after, LE).mul(x4).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, after + step, LE).mul(x5).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, after + 2 * step, LE).mul(x6).add(s);
            s = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, after + 3 * step, LE).mul(x7).add(s);
            s.intoArray(sums, j);
        }
        for (int j = vectorEnd; j < sums.length; j++) {
            long at = a + 4L * j;
            float s = sums[j];
            for (int r = 0; r < 8; r++) {
                s += Memory.getFloat(at + r * step) * x[i + r];
            }
            sums[j] = s;
        }
    }

    private static void one(float[] sums, float x, long row) {
        int vectorEnd = FLOATS.loopBound(sums.length);
        for (int j = 0; j < vectorEnd; j += FLOATS.length()) {
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, row + 4L * j, LE)
                    .mul(x)
                    .add(FloatVector.fromArray(FLOATS, sums, j))
                    .intoArray(sums, j);
        }
        for (int j = vectorEnd; j < sums.length; j++) {
            sums[j] += Memory.getFloat(row + 4L * j) * x;
        }
    }

    /**
     * Elements are read in pairs, as ints: even and odd ones are accumulated separately, which needs no shuffles, and
     * interleaved at the end.
     */
    static void bfloat16(float[] sums, float[] x, long row, long step) {
        int pairs = FLOATS.loopBound(sums.length / 2);
        var even = new float[pairs];
        var odd = new float[pairs];
        for (int p = 0; p < pairs; p++) {
            even[p] = sums[2 * p];
            odd[p] = sums[2 * p + 1];
        }
        long at = row;
        int i = 0;
        for (; i + 4 <= x.length; i += 4) {
            four(even, odd, x, i, at, step);
            at += 4 * step;
        }
        for (; i < x.length; i++) {
            one(even, odd, x[i], at);
            at += step;
        }
        for (int p = 0; p < pairs; p++) {
            sums[2 * p] = even[p];
            sums[2 * p + 1] = odd[p];
        }
        for (int j = 2 * pairs; j < sums.length; j++) {
            float s = sums[j];
            for (int r = 0; r < x.length; r++) {
                s += Float.intBitsToFloat(Memory.getShort(row + r * step + 2L * j) << 16) * x[r];
            }
            sums[j] = s;
        }
    }

    private static void four(float[] even, float[] odd, float[] x, int i, long a, long step) {
        float x0 = x[i];
        float x1 = x[i + 1];
        float x2 = x[i + 2];
        float x3 = x[i + 3];
        for (int p = 0; p < even.length; p += FLOATS.length()) {
            long at = a + 4L * p;
            var w0 = IntVector.fromMemorySegment(INTS, Memory.ALL, at, LE);
            var w1 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + step, LE);
            var w2 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + 2 * step, LE);
            var w3 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + 3 * step, LE);
            var e = FloatVector.fromArray(FLOATS, even, p);
            e = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(x0).add(e);
            e = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(x1).add(e);
            e = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(x2).add(e);
            e = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(x3).add(e);
            e.intoArray(even, p);
            var o = FloatVector.fromArray(FLOATS, odd, p);
            o = w0.and(UPPER).reinterpretAsFloats().mul(x0).add(o);
            o = w1.and(UPPER).reinterpretAsFloats().mul(x1).add(o);
            o = w2.and(UPPER).reinterpretAsFloats().mul(x2).add(o);
            o = w3.and(UPPER).reinterpretAsFloats().mul(x3).add(o);
            o.intoArray(odd, p);
        }
    }

    private static void one(float[] even, float[] odd, float x, long row) {
        for (int p = 0; p < even.length; p += FLOATS.length()) {
            var w = IntVector.fromMemorySegment(INTS, Memory.ALL, row + 4L * p, LE);
            w.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .mul(x)
                    .add(FloatVector.fromArray(FLOATS, even, p))
                    .intoArray(even, p);
            w.and(UPPER).reinterpretAsFloats().mul(x).add(FloatVector.fromArray(FLOATS, odd, p)).intoArray(odd, p);
        }
    }
}
