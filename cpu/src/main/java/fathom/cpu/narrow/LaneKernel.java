package fathom.cpu.narrow;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One position of a convolution's result, in all lanes, for one, two or four of its channels: a sum over the rows, the
 * columns and the runs (of source channels, or of columns and channels where these follow each other) of a window.
 *
 * <p>Each method is flat: sums are local variables and nothing else is called, which is what keeps them in registers.
 * All steps are in bytes. The arguments: {@code source}, address of the first source element's lanes; {@code weights},
 * of the first weight, those of further result channels following it; {@code weightStep}, from one element of a run to
 * the next; {@code bias}, of the first channel's; {@code result}, where the lanes of the channels are written, one
 * after the other.
 */
final class LaneKernel {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final MemorySegment ALL = Native.ALL;
    private static final long HALF = Lanes.BYTES / 2;

    private LaneKernel() {}

    /** Four channels. */
    static void four(
            long source,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            long rows,
            long columns,
            long run,
            long bias,
            long result) {
        var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias));
        var a1 = a0;
        var b0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias + 4));
        var b1 = b0;
        var c0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias + 8));
        var c1 = c0;
        var d0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias + 12));
        var d1 = d0;
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (long i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + HALF, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    var wb = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w + 4));
                    b0 = x0.fma(wb, b0);
                    b1 = x1.fma(wb, b1);
                    var wc = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w + 8));
                    c0 = x0.fma(wc, c0);
                    c1 = x1.fma(wc, c1);
                    var wd = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w + 12));
                    d0 = x0.fma(wd, d0);
                    d1 = x1.fma(wd, d1);
                    x += Lanes.BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, result + HALF, LITTLE_ENDIAN);
        b0.intoMemorySegment(ALL, result + 2 * HALF, LITTLE_ENDIAN);
        b1.intoMemorySegment(ALL, result + 3 * HALF, LITTLE_ENDIAN);
        c0.intoMemorySegment(ALL, result + 4 * HALF, LITTLE_ENDIAN);
        c1.intoMemorySegment(ALL, result + 5 * HALF, LITTLE_ENDIAN);
        d0.intoMemorySegment(ALL, result + 6 * HALF, LITTLE_ENDIAN);
        d1.intoMemorySegment(ALL, result + 7 * HALF, LITTLE_ENDIAN);
    }

    /** Two channels. */
    static void two(
            long source,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            long rows,
            long columns,
            long run,
            long bias,
            long result) {
        var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias));
        var a1 = a0;
        var b0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias + 4));
        var b1 = b0;
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (long i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + HALF, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    var wb = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w + 4));
                    b0 = x0.fma(wb, b0);
                    b1 = x1.fma(wb, b1);
                    x += Lanes.BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, result + HALF, LITTLE_ENDIAN);
        b0.intoMemorySegment(ALL, result + 2 * HALF, LITTLE_ENDIAN);
        b1.intoMemorySegment(ALL, result + 3 * HALF, LITTLE_ENDIAN);
    }

    /** One channel. */
    static void one(
            long source,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            long rows,
            long columns,
            long run,
            long bias,
            long result) {
        var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, bias));
        var a1 = a0;
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (long i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + HALF, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    x += Lanes.BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, result + HALF, LITTLE_ENDIAN);
    }
}
