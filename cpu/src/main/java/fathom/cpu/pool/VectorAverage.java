package fathom.cpu.pool;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients of a row of averages, by vectors across the channels of a pixel, each added to all the positions of its
 * window: windows may overlap. Steps are in bytes. Whole vectors have loops of their own, without masks: see {@link
 * VectorMax}.
 */
final class VectorAverage {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorAverage() {}

    static void floatShares(
            long g,
            long gStep,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            double[] divisors,
            long x,
            long rowStep,
            long columnStep) {
        int whole = FLOATS.loopBound(channels);
        var used = FLOATS.indexInRange(whole, channels);
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            long from = g + o * gStep;
            for (int c = 0; c < whole; c += FLOATS.length()) {
                long at = x + 4L * c;
                var share =
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * c, LE).div((float) divisors[o]);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        long to = at + i * rowStep + j * columnStep;
                        FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to, LE)
                                .add(share)
                                .intoMemorySegment(Memory.ALL, to, LE);
                    }
                }
            }
            if (whole == channels) {
                continue;
            }
            long at = x + 4L * whole;
            var share =
                    FloatVector.fromMemorySegment(FLOATS, Memory.ALL, from + 4L * whole, LE, used)
                            .div((float) divisors[o]);
            for (int i = firstRow; i < lastRow; i += dilation) {
                for (int j = begin; j < end; j += columns.dilation()) {
                    long to = at + i * rowStep + j * columnStep;
                    FloatVector.fromMemorySegment(FLOATS, Memory.ALL, to, LE, used)
                            .add(share)
                            .intoMemorySegment(Memory.ALL, to, LE, used);
                }
            }
        }
    }

    static void doubleShares(
            long g,
            long gStep,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            double[] divisors,
            long x,
            long rowStep,
            long columnStep) {
        int whole = DOUBLES.loopBound(channels);
        var used = DOUBLES.indexInRange(whole, channels);
        for (int o = 0; o < columns.begins().length; o++) {
            int begin = columns.begins()[o];
            int end = columns.ends()[o];
            long from = g + o * gStep;
            for (int c = 0; c < whole; c += DOUBLES.length()) {
                long at = x + 8L * c;
                var share = DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * c, LE).div(divisors[o]);
                for (int i = firstRow; i < lastRow; i += dilation) {
                    for (int j = begin; j < end; j += columns.dilation()) {
                        long to = at + i * rowStep + j * columnStep;
                        DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to, LE)
                                .add(share)
                                .intoMemorySegment(Memory.ALL, to, LE);
                    }
                }
            }
            if (whole == channels) {
                continue;
            }
            long at = x + 8L * whole;
            var share =
                    DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, from + 8L * whole, LE, used).div(divisors[o]);
            for (int i = firstRow; i < lastRow; i += dilation) {
                for (int j = begin; j < end; j += columns.dilation()) {
                    long to = at + i * rowStep + j * columnStep;
                    DoubleVector.fromMemorySegment(DOUBLES, Memory.ALL, to, LE, used)
                            .add(share)
                            .intoMemorySegment(Memory.ALL, to, LE, used);
                }
            }
        }
    }
}
