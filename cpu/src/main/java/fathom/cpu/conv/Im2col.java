package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Left;

/**
 * The im2col matrix: one row per output pixel, the patch that the kernel covers; its columns are the kernel's taps in
 * row-major order with the channels innermost. It is never materialised as a whole: blocks of it are packed as the
 * micro-kernel's left operand.
 */
final class Im2col {
    // nanoseconds to copy a vector or a single element, and to start a row
    private static final double VECTOR = 1.3;
    private static final double SINGLE = 1;
    private static final double CALL = 30;

    private final Elem elem;
    private final Images images;
    private final Sweep sweep;
    private final int rows;
    private final int columns;
    private final boolean byPixels;
    private final boolean rowsOfTaps;

    /**
     * @param rows rows of the result
     * @param columns columns of the result
     */
    Im2col(Elem elem, Images images, Sweep sweep, int rows, int columns) {
        this.elem = elem;
        this.images = images;
        this.sweep = sweep;
        this.rows = rows;
        this.columns = columns;
        int size = elem.size();
        boolean channelsNext = images.channelStep() == size || images.channels() == 1;
        boolean pixelsNext = images.columnStep() * sweep.strideColumns() == size;
        this.rowsOfTaps =
                channelsNext && sweep.dilationColumns() == 1 && images.columnStep() == (long) images.channels() * size;
        this.byPixels = costByPixels(channelsNext) <= costByTaps(pixelsNext);
    }

    /** {@return the estimated nanoseconds per patch if blocks are copied patch by patch} */
    private double costByPixels(boolean channelsNext) {
        double lanes = elem.lanes();
        if (rowsOfTaps) {
            return sweep.kernelRows() * Math.ceil(sweep.kernelColumns() * images.channels() / lanes) * VECTOR;
        }
        return sweep.taps()
                * (channelsNext ? Math.ceil(images.channels() / lanes) * VECTOR : images.channels() * SINGLE);
    }

    /** {@return the estimated nanoseconds per patch if blocks are copied tap by tap, along rows of the result} */
    private double costByTaps(boolean pixelsNext) {
        double run = Math.min(columns, Left.LENGTH);
        double copy = pixelsNext ? Math.ceil(run / elem.lanes()) * VECTOR : run * SINGLE;
        return sweep.taps() * images.channels() * (CALL + copy) / run;
    }

    /** {@return the number of patches} */
    long pixels() {
        return images.count() * rows * columns;
    }

    /** {@return the length of a patch} */
    int depth() {
        return sweep.taps() * images.channels();
    }

    /** {@return whether packed blocks are stored patch by patch (otherwise tap by tap)} */
    boolean byPixels() {
        return byPixels;
    }

    /**
     * Copies a block.
     *
     * @param pixel first patch
     * @param count number of patches, at most {@link Left#LENGTH}
     * @param from first column
     * @param to one past the last column; at most {@link Left#LENGTH} of them
     */
    void fill(Left left, long pixel, int count, int from, int to) {
        for (int done = 0; done < count; ) {
            long at = pixel + done;
            int column = (int) (at % columns);
            long line = at / columns;
            int run = Math.min(columns - column, count - done);
            fillRun(left, done, line / rows, (int) (line % rows), column, run, from, to);
            done += run;
        }
    }

    /** Packs the patches of adjacent pixels of one row of the result. */
    private void fillRun(Left left, int first, long image, int row, int column, int run, int from, int to) {
        int channels = images.channels();
        for (int k = from; k < to; ) {
            int tap = k / channels;
            int channel = k % channels;
            int tapColumn = tap % sweep.kernelColumns();
            int inRow = row * sweep.strideRows() - sweep.padRows() + tap / sweep.kernelColumns() * sweep.dilationRows();
            int n;
            if (rowsOfTaps) {
                int rest = (sweep.kernelColumns() - tapColumn) * channels - channel;
                n = Math.min(rest, to - k);
                rowOfTaps(left, first, image, inRow, column, run, tapColumn, channel, k - from, n);
            } else {
                n = Math.min(channels - channel, to - k);
                tap(left, first, image, inRow, column, run, tapColumn, channel, k - from, n);
            }
            k += n;
        }
    }

    /** Copies all taps of a kernel row at once where none falls outside the image, one by one elsewhere. */
    private void rowOfTaps(
            Left left,
            int first,
            long image,
            int inRow,
            int column,
            int run,
            int tapColumn,
            int channel,
            int k,
            int n) {
        int channels = images.channels();
        int lastTap = tapColumn + (channel + n - 1) / channels;
        int begin = inside(0, tapColumn, column, run);
        int end = inside(images.width(), lastTap, column, run);
        if (inRow < 0 || inRow >= images.height() || begin >= end) {
            begin = run;
            end = run;
        }
        // from left to right: a copy may overwrite the elements after it
        tapByTap(left, first, image, inRow, column, begin, tapColumn, channel, k, n);
        if (begin < end) {
            copy(left, first + begin, image, inRow, column + begin, end - begin, tapColumn, channel, k, n);
        }
        tapByTap(left, first + end, image, inRow, column + end, run - end, tapColumn, channel, k, n);
    }

    private void tapByTap(
            Left left,
            int first,
            long image,
            int inRow,
            int column,
            int run,
            int tapColumn,
            int channel,
            int k,
            int n) {
        int channels = images.channels();
        for (int done = 0; done < n && run > 0; ) {
            int tap = tapColumn + (channel + done) / channels;
            int c = (channel + done) % channels;
            int part = Math.min(channels - c, n - done);
            tap(left, first, image, inRow, column, run, tap, c, k + done, part);
            done += part;
        }
    }

    /** Copies one tap, or some of its channels, for a run of pixels: zeros where it falls outside the image. */
    private void tap(
            Left left,
            int first,
            long image,
            int inRow,
            int column,
            int run,
            int tapColumn,
            int channel,
            int k,
            int n) {
        int begin = 0;
        int end = 0;
        if (inRow >= 0 && inRow < images.height()) {
            begin = inside(0, tapColumn, column, run);
            end = Math.max(begin, inside(images.width(), tapColumn, column, run));
        }
        zero(left, first, begin, k, n);
        if (begin < end) {
            copy(left, first + begin, image, inRow, column + begin, end - begin, tapColumn, channel, k, n);
        }
        zero(left, first + end, run - end, k, n);
    }

    /** {@return the number of the run's pixels before the first whose tap's column is at least {@code bound}} */
    private int inside(int bound, int tapColumn, int column, int run) {
        int start = column * sweep.strideColumns() - sweep.padColumns() + tapColumn * sweep.dilationColumns();
        return Math.clamp(Math.ceilDiv(bound - start, sweep.strideColumns()), 0, run);
    }

    private void zero(Left left, int first, int run, int k, int n) {
        if (run <= 0) {
            return;
        }
        if (byPixels) {
            for (int i = first; i < first + run; i++) {
                left.zero(i * Left.PITCH + k, n);
            }
        } else {
            for (int x = k; x < k + n; x++) {
                left.zero(x * Left.PITCH + first, run);
            }
        }
    }

    private void copy(
            Left left,
            int first,
            long image,
            int inRow,
            int column,
            int run,
            int tapColumn,
            int channel,
            int k,
            int n) {
        int inColumn = column * sweep.strideColumns() - sweep.padColumns() + tapColumn * sweep.dilationColumns();
        long source = images.at(image, channel, inRow, inColumn);
        long pixelStep = sweep.strideColumns() * images.columnStep();
        if (byPixels) {
            if (images.channelStep() == elem.size() || rowsOfTaps || n == 1) {
                left.lines(source, pixelStep, first * Left.PITCH + k, Left.PITCH, n, run);
            } else {
                for (int i = 0; i < run; i++) {
                    left.scattered(source + i * pixelStep, images.channelStep(), (first + i) * Left.PITCH + k, n);
                }
            }
        } else if (pixelStep == elem.size() && !rowsOfTaps) {
            left.lines(source, images.channelStep(), k * Left.PITCH + first, Left.PITCH, run, n);
        } else {
            // the taps of a row, or a pixel's channels, are contiguous
            long step = rowsOfTaps ? elem.size() : images.channelStep();
            for (int x = 0; x < n; x++) {
                int to = (k + x) * Left.PITCH + first;
                if (pixelStep == elem.size()) {
                    left.lines(source + x * step, 0, to, 0, run, 1);
                } else {
                    left.scattered(source + x * step, pixelStep, to, run);
                }
            }
        }
    }
}
