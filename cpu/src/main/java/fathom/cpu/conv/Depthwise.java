package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Sums;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/** Depthwise convolutions, vectorised over the channels. */
final class Depthwise {
    private static final int SLOT_WEIGHTS = 5;
    private static final int SLOT_PARTS = 3;

    /** Multiply-adds per chunk of the parallel loop. */
    private static final double CHUNK = 256 * 1024;

    /** Maximum number of partial kernel gradients. */
    private static final long PARTS = 16;

    private final Elem elem;
    private final Sweep sweep;
    private final int channels;
    private final long pixel;

    Depthwise(Elem elem, Sweep sweep, int channels) {
        this.elem = elem;
        this.sweep = sweep;
        this.channels = channels;
        this.pixel = (long) channels * elem.size();
    }

    /** {@return a copy of the kernel with contiguous channels per tap} */
    private long weights(Weights kernel) {
        long address = Scratch.address(SLOT_WEIGHTS, sweep.taps() * pixel);
        // [C, 1, taps] to [taps, C]
        kernel.copyTo(elem, kernel.tapsFirst(address, elem.size()));
        return address;
    }

    /** {@return the result's rows per chunk of the parallel loop} */
    private long grain(Images result) {
        return (long) Math.max(1, CHUNK / Math.max(1, (double) result.width() * channels * sweep.taps()));
    }

    /**
     * Computes the convolution.
     *
     * @param x the input, channels last
     * @param bias address of one number per channel, or 0
     * @param y the result, channels last
     */
    void forward(Images x, Weights kernel, long bias, Images y) {
        long weights = weights(kernel);
        Parallel.forRange(
                y.count() * y.height(),
                grain(y),
                (from, to) -> {
                    var sources = new long[sweep.taps()];
                    var taps = new long[sweep.taps()];
                    for (long line = from; line < to; line++) {
                        long image = line / y.height();
                        int row = (int) (line % y.height());
                        for (int column = 0; column < y.width(); column++) {
                            int count = covered(x, image, row, column, sources, taps);
                            Channels.taps(
                                    elem, y.at(image, 0, row, column), bias, weights, sources, taps, count, channels);
                        }
                    }
                });
    }

    /** Collects the input pixels that the kernel covers at an output position, and their taps. */
    private int covered(Images x, long image, int row, int column, long[] sources, long[] taps) {
        int count = 0;
        for (int i = 0; i < sweep.kernelRows(); i++) {
            int inRow = row * sweep.strideRows() - sweep.padRows() + i * sweep.dilationRows();
            if (inRow < 0 || inRow >= x.height()) {
                continue;
            }
            for (int j = 0; j < sweep.kernelColumns(); j++) {
                int inColumn = column * sweep.strideColumns() - sweep.padColumns() + j * sweep.dilationColumns();
                if (inColumn >= 0 && inColumn < x.width()) {
                    sources[count] = x.at(image, 0, inRow, inColumn);
                    taps[count++] = (i * sweep.kernelColumns() + j) * pixel;
                }
            }
        }
        return count;
    }

    /**
     * Computes the gradient with respect to the input.
     *
     * @param g gradient of the result
     * @param x the gradient to compute
     */
    void inputGradient(Images g, Weights kernel, Images x) {
        long weights = weights(kernel);
        Parallel.forRange(
                x.count() * x.height(),
                grain(x),
                (from, to) -> {
                    var sources = new long[sweep.taps()];
                    var taps = new long[sweep.taps()];
                    for (long line = from; line < to; line++) {
                        long image = line / x.height();
                        int row = (int) (line % x.height());
                        for (int column = 0; column < x.width(); column++) {
                            int count = covering(g, image, row, column, sources, taps);
                            Channels.taps(
                                    elem, x.at(image, 0, row, column), 0, weights, sources, taps, count, channels);
                        }
                    }
                });
    }

    /** Collects the output positions whose kernel covers an input pixel, and their taps. */
    private int covering(Images g, long image, int inRow, int inColumn, long[] sources, long[] taps) {
        int count = 0;
        for (int i = 0; i < sweep.kernelRows(); i++) {
            int row = inRow + sweep.padRows() - i * sweep.dilationRows();
            if (row < 0 || row % sweep.strideRows() != 0 || row / sweep.strideRows() >= g.height()) {
                continue;
            }
            for (int j = 0; j < sweep.kernelColumns(); j++) {
                int column = inColumn + sweep.padColumns() - j * sweep.dilationColumns();
                if (column >= 0 && column % sweep.strideColumns() == 0 && column / sweep.strideColumns() < g.width()) {
                    sources[count] = g.at(image, 0, row / sweep.strideRows(), column / sweep.strideColumns());
                    taps[count++] = (i * sweep.kernelColumns() + j) * pixel;
                }
            }
        }
        return count;
    }

    /**
     * Computes the gradient with respect to the kernel: partial sums over blocks of the result's rows, added in order.
     *
     * @param g gradient of the result
     */
    void weightGradient(Images g, Images x, Weights result) {
        long lines = g.count() * g.height();
        double work = (double) lines * g.width() * channels * sweep.taps();
        long parts = Math.clamp((long) (work / CHUNK), 1, PARTS);
        long perPart = Math.max(1, Math.ceilDiv(lines, parts));
        int count = (int) Math.max(1, Math.ceilDiv(lines, perPart));
        long each = sweep.taps() * pixel + 63 & -64L;
        long sums = Scratch.address(SLOT_PARTS, count * each);
        Memory.zero(sums, count * each);
        Parallel.forRange(
                lines,
                perPart,
                (from, to) -> {
                    long sum = sums + from / perPart * each;
                    for (long line = from; line < to; line++) {
                        addLine(g, x, line / g.height(), (int) (line % g.height()), sum);
                    }
                });
        Sums.inOrder(elem, sums, each, count, sweep.taps(), channels);
        result.tapsFirst(sums, elem.size()).copyTo(elem, result);
    }

    private void addLine(Images g, Images x, long image, int row, long sum) {
        for (int tap = 0; tap < sweep.taps(); tap++) {
            int inRow = row * sweep.strideRows() - sweep.padRows() + tap / sweep.kernelColumns() * sweep.dilationRows();
            if (inRow < 0 || inRow >= x.height()) {
                continue;
            }
            int start = tap % sweep.kernelColumns() * sweep.dilationColumns() - sweep.padColumns();
            int first = Math.clamp(Math.ceilDiv(-start, sweep.strideColumns()), 0, g.width());
            int last = Math.clamp(Math.ceilDiv(x.width() - start, sweep.strideColumns()), first, g.width());
            Channels.dots(
                    elem,
                    sum + tap * pixel,
                    g.at(image, 0, row, first),
                    g.columnStep(),
                    x.at(image, 0, inRow, first * sweep.strideColumns() + start),
                    sweep.strideColumns() * x.columnStep(),
                    last - first,
                    channels);
        }
    }
}
