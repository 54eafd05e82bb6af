package fathom.cpu.rowproduct;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorTypeHint;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The vector code of {@link Dots}. */
final class VectorDots {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int UPPER = 0xFFFF0000;

    private VectorDots() {}

    static void float32(float[] sums, float[] x, long row, long step) {
        var lanes = new float[4 * Dots.LANES];
        int vectorEnd = FLOATS.loopBound(x.length);
        int quarter = sums.length / 4;
        for (int r = 0; r < quarter; r++) {
            fourOfFloats(lanes, x, vectorEnd, row + r * step, quarter * step);
            for (int i = 0; i < 4; i++) {
                int at = i * quarter + r;
                sums[at] = Dots.total(lanes, i * Dots.LANES, Dots.tail(x, vectorEnd, row + at * step));
            }
        }
        for (int r = 4 * quarter; r < sums.length; r++) {
            oneOfFloats(lanes, x, vectorEnd, row + r * step);
            sums[r] = Dots.total(lanes, 0, Dots.tail(x, vectorEnd, row + r * step));
        }
    }

    static void bfloat16(float[] sums, float[] x, long row, long step) {
        var lanes = new float[4 * Dots.LANES];
        int half = x.length / 2;
        int vectorEnd = FLOATS.loopBound(half);
        int quarter = sums.length / 4;
        for (int r = 0; r < quarter; r++) {
            four(lanes, x, half, vectorEnd, row + r * step, quarter * step);
            for (int i = 0; i < 4; i++) {
                int at = i * quarter + r;
                sums[at] = Dots.total(lanes, i * Dots.LANES, Dots.tailOfHalves(x, vectorEnd, row + at * step));
            }
        }
        for (int r = 4 * quarter; r < sums.length; r++) {
            one(lanes, x, half, vectorEnd, row + r * step);
            sums[r] = Dots.total(lanes, 0, Dots.tailOfHalves(x, vectorEnd, row + r * step));
        }
    }

    /** Accumulates the lanes of four rows, {@code step} bytes apart. */
    private static void fourOfFloats(float[] lanes, float[] x, int vectorEnd, long a, long step) {
        var s0 = FloatVector.zero(FLOATS);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        for (int p = 0; p < vectorEnd; p += FLOATS.length()) {
            long at = a + 4L * p;
            var v = FloatVector.fromArray(FLOATS, x, p);
            s0 = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, LE).mul(v).add(s0);
            s1 = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + step, LE).mul(v).add(s1);
            s2 = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + 2 * step, LE).mul(v).add(s2);
            s3 = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + 3 * step, LE).mul(v).add(s3);
        }
        int n = FLOATS.length();
        VectorTypeHint.floats(s0).intoArray(lanes, 0);
        VectorTypeHint.floats(s1).intoArray(lanes, n);
        VectorTypeHint.floats(s2).intoArray(lanes, 2 * n);
        VectorTypeHint.floats(s3).intoArray(lanes, 3 * n);
    }

    private static void oneOfFloats(float[] lanes, float[] x, int vectorEnd, long at) {
        var s = FloatVector.zero(FLOATS);
        for (int p = 0; p < vectorEnd; p += FLOATS.length()) {
            s =
                    FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + 4L * p, LE)
                            .mul(FloatVector.fromArray(FLOATS, x, p))
                            .add(s);
        }
        VectorTypeHint.floats(s).intoArray(lanes, 0);
    }

    private static void four(float[] lanes, float[] x, int half, int vectorEnd, long a, long step) {
        var e0 = FloatVector.zero(FLOATS);
        var o0 = e0;
        var e1 = e0;
        var o1 = e0;
        var e2 = e0;
        var o2 = e0;
        var e3 = e0;
        var o3 = e0;
        for (int p = 0; p < vectorEnd; p += FLOATS.length()) {
            long at = a + 4L * p;
            var even = FloatVector.fromArray(FLOATS, x, p);
            var odd = FloatVector.fromArray(FLOATS, x, half + p);
            var w0 = IntVector.fromMemorySegment(INTS, Memory.ALL, at, LE);
            var w1 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + step, LE);
            var w2 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + 2 * step, LE);
            var w3 = IntVector.fromMemorySegment(INTS, Memory.ALL, at + 3 * step, LE);
            e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(even).add(e0);
            o0 = w0.and(UPPER).reinterpretAsFloats().mul(odd).add(o0);
            e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(even).add(e1);
            o1 = w1.and(UPPER).reinterpretAsFloats().mul(odd).add(o1);
            e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(even).add(e2);
            o2 = w2.and(UPPER).reinterpretAsFloats().mul(odd).add(o2);
            e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().mul(even).add(e3);
            o3 = w3.and(UPPER).reinterpretAsFloats().mul(odd).add(o3);
        }
        int n = FLOATS.length();
        VectorTypeHint.floats(e0.add(o0)).intoArray(lanes, 0);
        VectorTypeHint.floats(e1.add(o1)).intoArray(lanes, n);
        VectorTypeHint.floats(e2.add(o2)).intoArray(lanes, 2 * n);
        VectorTypeHint.floats(e3.add(o3)).intoArray(lanes, 3 * n);
    }

    private static void one(float[] lanes, float[] x, int half, int vectorEnd, long at) {
        var e = FloatVector.zero(FLOATS);
        var o = e;
        for (int p = 0; p < vectorEnd; p += FLOATS.length()) {
            var w = IntVector.fromMemorySegment(INTS, Memory.ALL, at + 4L * p, LE);
            e =
                    w.lanewise(VectorOperators.LSHL, 16)
                            .reinterpretAsFloats()
                            .mul(FloatVector.fromArray(FLOATS, x, p))
                            .add(e);
            o = w.and(UPPER).reinterpretAsFloats().mul(FloatVector.fromArray(FLOATS, x, half + p)).add(o);
        }
        VectorTypeHint.floats(e.add(o)).intoArray(lanes, 0);
    }
}
