package fathom.cpu.winograd;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of tiles, vectorised over channels, whose number is a multiple of a vector.
 *
 * <p>Each transform has one short loop over its rows, which differ in a sign (an exact multiplication). C2's inlining
 * budget is limited, and code beyond it boxes each vector: with the rows unrolled, patches took five times as long.
 */
final class VectorTransforms {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private static final MemorySegment ALL = Native.ALL;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** Rows of a transformed patch: row FIRST of the patch plus SIGN times row SECOND. */
    private static final int[] FIRST = {0, 1, 2, 1};

    private static final int[] SECOND = {2, 2, 1, 3};
    private static final float[] SIGN = {-1, 1, -1, -1};

    private VectorTransforms() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(ALL, address, ORDER);
    }

    private static FloatVector sum(long a, long b, FloatVector sign) {
        return load(b).fma(sign, load(a));
    }

    /** See {@link Transforms#patches}. */
    static void patch(long[] from, int channels, long to, long step) {
        int bytes = channels * Float.BYTES;
        for (int row = 0; row < 4; row++) {
            int a = 4 * FIRST[row];
            int b = 4 * SECOND[row];
            var sign = FloatVector.broadcast(SPECIES, SIGN[row]);
            long a0 = from[a];
            long a1 = from[a + 1];
            long a2 = from[a + 2];
            long a3 = from[a + 3];
            long b0 = from[b];
            long b1 = from[b + 1];
            long b2 = from[b + 2];
            long b3 = from[b + 3];
            long at = to + 4 * row * step;
            for (long c = 0; c < bytes; c += SPECIES.vectorByteSize()) {
                var p0 = sum(a0 + c, b0 + c, sign);
                var p1 = sum(a1 + c, b1 + c, sign);
                var p2 = sum(a2 + c, b2 + c, sign);
                var p3 = sum(a3 + c, b3 + c, sign);
                store(p0.sub(p2), at + c);
                store(p1.add(p2), at + step + c);
                store(p2.sub(p1), at + 2 * step + c);
                store(p1.sub(p3), at + 3 * step + c);
            }
        }
    }

    private static FloatVector column(long at, long rowStep, FloatVector sign) {
        return load(at + 2 * rowStep).fma(sign, sum(at, at + rowStep, sign));
    }

    /** See {@link Transforms#results}. */
    static void result(long from, long step, int channels, long bias, long[] to) {
        int bytes = channels * Float.BYTES;
        for (int row = 0; row < 2; row++) {
            // the first row is the sum of rows 0, 1 and 2 of the products; the second is row 1 minus rows 2 and 3
            var sign = FloatVector.broadcast(SPECIES, row == 0 ? 1f : -1f);
            long left = to[2 * row];
            long right = to[2 * row + 1];
            long begin = from + 4 * row * step;
            for (long c = 0; c < bytes; c += SPECIES.vectorByteSize()) {
                long at = begin + c;
                var s0 = column(at, 4 * step, sign);
                var s1 = column(at + step, 4 * step, sign);
                var s2 = column(at + 2 * step, 4 * step, sign);
                var s3 = column(at + 3 * step, 4 * step, sign);
                var more = load(bias + c);
                store(s0.add(s1).add(s2).add(more), left + c);
                store(s1.sub(s2).sub(s3).add(more), right + c);
            }
        }
    }

    /** See {@link Transforms#gradients}. */
    static void gradient(long[] from, long zeros, int channels, long to, long step) {
        int bytes = channels * Float.BYTES;
        for (int row = 0; row < 4; row++) {
            boolean both = row == 1 || row == 2;
            int a = row == 3 ? 2 : 0;
            long a0 = from[a];
            long a1 = from[a + 1];
            long b0 = both ? from[2] : zeros;
            long b1 = both ? from[3] : zeros;
            var sign = FloatVector.broadcast(SPECIES, row == 2 ? -1f : 1f);
            long at = to + 4 * row * step;
            for (long c = 0; c < bytes; c += SPECIES.vectorByteSize()) {
                var p = sum(a0 + c, b0 + c, sign);
                var q = sum(a1 + c, b1 + c, sign);
                store(p, at + c);
                store(p.add(q), at + step + c);
                store(p.sub(q), at + 2 * step + c);
                store(q, at + 3 * step + c);
            }
        }
    }
}
