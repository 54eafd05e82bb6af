package fathom.cpu.narrow;

import static fathom.cpu.memory.Memory.FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Two positions of a convolution's result, in all lanes, for one, two, four or six of its channels: sums over the rows,
 * the columns and the runs (of source channels, or of columns and channels where these follow each other) of a window.
 * Two positions together read the weights once.
 *
 * <p>Each method is flat: sums are local variables and nothing else is called, which is what keeps them in registers.
 * All steps are in bytes. The arguments: {@code source}, address of the first source element's lanes, and {@code
 * apart}, how much further the second position's is; {@code weights}, of the first weight, those of further result
 * channels following it; {@code weightStep}, from one element of a run to the next; {@code bias}, of the first
 * channel's; {@code result} and {@code second}, where the lanes of the channels are written, one after the other.
 */
final class LaneKernel {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final MemorySegment ALL = Native.ALL;
    private static final long BYTES = Lanes.BYTES;

    private LaneKernel() {}

    /** Six channels. */
    static void six(
            long source,
            long apart,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second) {
        var a0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias));
        var a1 = a0;
        var b0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 4));
        var b1 = b0;
        var c0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 8));
        var c1 = c0;
        var d0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 12));
        var d1 = d0;
        var e0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 16));
        var e1 = e0;
        var f0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 20));
        var f1 = f0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (int i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + apart, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    var wb = FloatVector.broadcast(S, ALL.get(FLOAT, w + 4));
                    b0 = x0.fma(wb, b0);
                    b1 = x1.fma(wb, b1);
                    var wc = FloatVector.broadcast(S, ALL.get(FLOAT, w + 8));
                    c0 = x0.fma(wc, c0);
                    c1 = x1.fma(wc, c1);
                    var wd = FloatVector.broadcast(S, ALL.get(FLOAT, w + 12));
                    d0 = x0.fma(wd, d0);
                    d1 = x1.fma(wd, d1);
                    var we = FloatVector.broadcast(S, ALL.get(FLOAT, w + 16));
                    e0 = x0.fma(we, e0);
                    e1 = x1.fma(we, e1);
                    var wf = FloatVector.broadcast(S, ALL.get(FLOAT, w + 20));
                    f0 = x0.fma(wf, f0);
                    f1 = x1.fma(wf, f1);
                    x += BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, second, LITTLE_ENDIAN);
        b0.intoMemorySegment(ALL, result + BYTES, LITTLE_ENDIAN);
        b1.intoMemorySegment(ALL, second + BYTES, LITTLE_ENDIAN);
        c0.intoMemorySegment(ALL, result + 2 * BYTES, LITTLE_ENDIAN);
        c1.intoMemorySegment(ALL, second + 2 * BYTES, LITTLE_ENDIAN);
        d0.intoMemorySegment(ALL, result + 3 * BYTES, LITTLE_ENDIAN);
        d1.intoMemorySegment(ALL, second + 3 * BYTES, LITTLE_ENDIAN);
        e0.intoMemorySegment(ALL, result + 4 * BYTES, LITTLE_ENDIAN);
        e1.intoMemorySegment(ALL, second + 4 * BYTES, LITTLE_ENDIAN);
        f0.intoMemorySegment(ALL, result + 5 * BYTES, LITTLE_ENDIAN);
        f1.intoMemorySegment(ALL, second + 5 * BYTES, LITTLE_ENDIAN);
    }

    /** Four channels. */
    static void four(
            long source,
            long apart,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second) {
        var a0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias));
        var a1 = a0;
        var b0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 4));
        var b1 = b0;
        var c0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 8));
        var c1 = c0;
        var d0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 12));
        var d1 = d0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (int i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + apart, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    var wb = FloatVector.broadcast(S, ALL.get(FLOAT, w + 4));
                    b0 = x0.fma(wb, b0);
                    b1 = x1.fma(wb, b1);
                    var wc = FloatVector.broadcast(S, ALL.get(FLOAT, w + 8));
                    c0 = x0.fma(wc, c0);
                    c1 = x1.fma(wc, c1);
                    var wd = FloatVector.broadcast(S, ALL.get(FLOAT, w + 12));
                    d0 = x0.fma(wd, d0);
                    d1 = x1.fma(wd, d1);
                    x += BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, second, LITTLE_ENDIAN);
        b0.intoMemorySegment(ALL, result + BYTES, LITTLE_ENDIAN);
        b1.intoMemorySegment(ALL, second + BYTES, LITTLE_ENDIAN);
        c0.intoMemorySegment(ALL, result + 2 * BYTES, LITTLE_ENDIAN);
        c1.intoMemorySegment(ALL, second + 2 * BYTES, LITTLE_ENDIAN);
        d0.intoMemorySegment(ALL, result + 3 * BYTES, LITTLE_ENDIAN);
        d1.intoMemorySegment(ALL, second + 3 * BYTES, LITTLE_ENDIAN);
    }

    /** Two channels. */
    static void two(
            long source,
            long apart,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second) {
        var a0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias));
        var a1 = a0;
        var b0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias + 4));
        var b1 = b0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (int i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + apart, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    var wb = FloatVector.broadcast(S, ALL.get(FLOAT, w + 4));
                    b0 = x0.fma(wb, b0);
                    b1 = x1.fma(wb, b1);
                    x += BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, second, LITTLE_ENDIAN);
        b0.intoMemorySegment(ALL, result + BYTES, LITTLE_ENDIAN);
        b1.intoMemorySegment(ALL, second + BYTES, LITTLE_ENDIAN);
    }

    /** One channel. */
    static void one(
            long source,
            long apart,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second) {
        var a0 = FloatVector.broadcast(S, ALL.get(FLOAT, bias));
        var a1 = a0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long x = source + row * sourceRow + column * sourceColumn;
                long w = weights + row * weightRow + column * weightColumn;
                for (int i = 0; i < run; i++) {
                    var x0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE_ENDIAN);
                    var x1 = FloatVector.fromMemorySegment(S, ALL, x + apart, LITTLE_ENDIAN);
                    var wa = FloatVector.broadcast(S, ALL.get(FLOAT, w));
                    a0 = x0.fma(wa, a0);
                    a1 = x1.fma(wa, a1);
                    x += BYTES;
                    w += weightStep;
                }
            }
        }
        a0.intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, second, LITTLE_ENDIAN);
    }
}
