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

    static void bfloat16(float[] sums, float[] x, int k, long row, long step) {
        var lanes = new float[8 * Dots.LANES];
        int half = k / 2;
        int vectorEnd = FLOATS.loopBound(half);
        int r = 0;
        for (; r + 4 <= sums.length; r += 4) {
            four(lanes, x, half, vectorEnd, row, step);
            for (int i = 0; i < 4; i++) {
                sums[r + i] = Dots.total(lanes, 2 * i * Dots.LANES, Dots.tail(x, k, vectorEnd, row));
                row += step;
            }
        }
        for (; r < sums.length; r++) {
            one(lanes, x, half, vectorEnd, row);
            sums[r] = Dots.total(lanes, 0, Dots.tail(x, k, vectorEnd, row));
            row += step;
        }
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
        VectorTypeHint.floats(e0).intoArray(lanes, 0);
        VectorTypeHint.floats(o0).intoArray(lanes, n);
        VectorTypeHint.floats(e1).intoArray(lanes, 2 * n);
        VectorTypeHint.floats(o1).intoArray(lanes, 3 * n);
        VectorTypeHint.floats(e2).intoArray(lanes, 4 * n);
        VectorTypeHint.floats(o2).intoArray(lanes, 5 * n);
        VectorTypeHint.floats(e3).intoArray(lanes, 6 * n);
        VectorTypeHint.floats(o3).intoArray(lanes, 7 * n);
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
        VectorTypeHint.floats(e).intoArray(lanes, 0);
        VectorTypeHint.floats(o).intoArray(lanes, FLOATS.length());
    }
}
