package fathom.cpu;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loads, before any kernel is compiled, every class of memory segments and of vector operations that kernels use.
 *
 * <p>The JIT compiler speculates on the loaded class hierarchy: that all segments are native, that a binary operation
 * has one implementation. The first heap segment or second operation deoptimises all vector code compiled so far, and
 * its replacement, compiled from the profiles of a running program, was measured several times slower. Loading the
 * classes first avoids the deoptimisation.
 */
final class VectorRuntime {
    private VectorRuntime() {}

    /** {@return a number that depends on every operation, so that none is eliminated as dead code} */
    static double prepare() {
        return segments() + floats() + doubles() + ints() + longs() + narrow();
    }

    private static double segments() {
        MemorySegment[] heap = {
            MemorySegment.ofArray(new byte[64]),
            MemorySegment.ofArray(new short[32]),
            MemorySegment.ofArray(new char[32]),
            MemorySegment.ofArray(new int[16]),
            MemorySegment.ofArray(new float[16]),
            MemorySegment.ofArray(new long[8]),
            MemorySegment.ofArray(new double[8])
        };
        VarHandle indirect = MethodHandles.insertCoordinates(ValueLayout.JAVA_INT.varHandle(), 1, 0L);
        double sum = Native.ALL.byteSize() + (int) indirect.get(heap[3]);
        for (MemorySegment s : heap) {
            sum += s.asSlice(8, 8).byteSize();
        }
        return sum;
    }

    private static double floats() {
        var v = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.5f);
        var bytes = MemorySegment.ofArray(new byte[64]);
        v.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var w = FloatVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var mask = v.compare(VectorOperators.LT, w).or(v.compare(VectorOperators.GE, 0.25f)).not();
        var r = v.add(w).sub(v).mul(w).div(v).max(w).min(v).neg().abs().sqrt();
        r = r.fma(v, w).lanewise(VectorOperators.FMA, v, w).blend(w, mask);
        r = r.lanewise(VectorOperators.ADD, w, mask).lanewise(VectorOperators.NEG, mask);
        r.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        r = FloatVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        r = r.addIndex(1).blend(w, v.species().indexInRange(0, 3));
        var i = r.convertShape(VectorOperators.F2I, IntVector.SPECIES_PREFERRED, 0);
        var f = i.convertShape(VectorOperators.I2F, FloatVector.SPECIES_PREFERRED, 0);
        return f.reinterpretAsInts().lane(0)
                + r.reduceLanes(VectorOperators.ADD)
                + r.reduceLanes(VectorOperators.MUL)
                + r.reduceLanes(VectorOperators.MAX)
                + r.reduceLanes(VectorOperators.MIN);
    }

    private static double doubles() {
        var v = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.5);
        var bytes = MemorySegment.ofArray(new byte[64]);
        v.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var w = DoubleVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var mask = v.compare(VectorOperators.LT, w).or(v.compare(VectorOperators.GE, 0.25)).not();
        var r = v.add(w).sub(v).mul(w).div(v).max(w).min(v).neg().abs().sqrt();
        r = r.fma(v, w).blend(w, mask).lanewise(VectorOperators.ADD, w, mask);
        r = r.addIndex(1).blend(w, v.species().indexInRange(0, 3));
        r.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        r = DoubleVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        return r.reduceLanes(VectorOperators.ADD) + r.reduceLanes(VectorOperators.MAX);
    }

    private static double ints() {
        var v = IntVector.broadcast(IntVector.SPECIES_PREFERRED, 3);
        var bytes = MemorySegment.ofArray(new byte[64]);
        v.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var w = IntVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var mask = v.compare(VectorOperators.LT, w).or(v.compare(VectorOperators.EQ, 3));
        var r = v.add(w).sub(v).mul(w).max(w).min(v).neg().abs().and(w).or(v).not();
        r = r.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.ASHR, 1).blend(w, mask).addIndex(1);
        r.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        r = IntVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        return r.reduceLanes(VectorOperators.ADD) + r.reduceLanes(VectorOperators.MAX);
    }

    private static double longs() {
        var v = LongVector.broadcast(LongVector.SPECIES_PREFERRED, 3);
        var bytes = MemorySegment.ofArray(new byte[64]);
        v.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var w = LongVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var mask = v.compare(VectorOperators.LT, w).or(v.compare(VectorOperators.EQ, 3));
        var r = v.add(w).sub(v).mul(w).max(w).min(v).neg().abs().and(w).or(v).not();
        r = r.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.ASHR, 1).blend(w, mask).addIndex(1);
        r.intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        r = LongVector.fromMemorySegment(v.species(), bytes, 0, ByteOrder.LITTLE_ENDIAN, mask);
        return r.reduceLanes(VectorOperators.ADD) + r.reduceLanes(VectorOperators.MAX);
    }

    private static double narrow() {
        var bytes = MemorySegment.ofArray(new byte[64]);
        var b = ByteVector.fromMemorySegment(ByteVector.SPECIES_PREFERRED, bytes, 0, ByteOrder.LITTLE_ENDIAN);
        var s = ShortVector.fromMemorySegment(ShortVector.SPECIES_PREFERRED, bytes, 0, ByteOrder.LITTLE_ENDIAN);
        b.add((byte) 1).and((byte) 1).intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        s.add((short) 1).and((short) 1).intoMemorySegment(bytes, 0, ByteOrder.LITTLE_ENDIAN);
        return b.reduceLanes(VectorOperators.ADD) + s.reduceLanes(VectorOperators.ADD);
    }
}
