package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.StridedCopy;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.window.Pool;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gradients of pooling, computed per image, per channel range of an image, or per row of windows. */
final class Backward {
    /** The {@link Scratch} slot of a row of gradients. */
    private static final int ROW_SLOT = 1;

    /** The slot of float sums of an image of a 16-bit type. */
    private static final int SUMS_SLOT = 2;

    private final Plane g;
    private final @Nullable Plane indices;
    private final Plane x;
    private final Axis rows;
    private final Axis columns;
    private final Divisors divisors;
    private final @Nullable Sharing sharing;

    Backward(Pool pool, Plane g, @Nullable Plane indices, Plane x, Axis rows, Axis columns) {
        this.g = g;
        this.indices = indices;
        this.x = x;
        this.rows = rows;
        this.columns = columns;
        this.divisors = Divisors.of(pool, rows, columns);
        boolean lines =
                indices == null
                        && (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64)
                        && x.hasDenseRows()
                        && rows.count() > 0;
        this.sharing = lines ? Sharing.of(pool, rows, columns, x) : null;
    }

    /** {@return whether {@link #line} supports the pooling: averages over disjoint windows} */
    boolean hasLines() {
        return sharing != null;
    }

    /** {@return whether the vector code supports {@link #image}} */
    boolean hasVectors() {
        return indices == null
                && (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64)
                && g.isChannelsLast()
                && (x.channels() < x.lanes() ? x.hasDenseImages() : x.isChannelsLast());
    }

    /**
     * For disjoint windows: writes the input rows between the end of the previous row of windows and the end of this
     * one.
     */
    void line(long image, int row) {
        int first = rows.endBefore(row);
        int begin = rows.inside()[row] == 0 ? first : rows.starts()[row];
        int count = rows.inside()[row];
        int last = row == rows.count() - 1 ? x.height() : begin + count;
        zeroRows(image, first, begin);
        zeroRows(image, begin + count, last);
        if (count == 0) {
            return;
        }
        int length = x.width() * x.channels();
        long from = g.hasDenseRows() ? g.at(image, 0, row, 0) : gathered(image, row);
        long to = x.at(image, 0, begin, 0);
        RowKernels.of(x.type()).share(from, Objects.requireNonNull(sharing), row, to, x.rowStep(), count, length);
    }

    private void zeroRows(long image, int from, int to) {
        for (int i = from; i < to; i++) {
            Memory.zero(x.at(image, 0, i, 0), (long) x.width() * x.channels() * x.type().size());
        }
    }

    /** {@return the address of a row of gradients, gathered to be contiguous} */
    private long gathered(long image, int row) {
        int channels = g.channels();
        int width = g.width();
        int size = g.type().size();
        long to = Scratch.address(ROW_SLOT, (long) width * channels * size);
        StridedCopy.copy(
                size,
                2,
                new long[] {channels, width},
                to,
                new long[] {size, (long) channels * size},
                g.at(image, 0, row, 0),
                new long[] {g.channelStep(), g.columnStep()});
        return to;
    }

    /**
     * Computes a channel range of an image (all channels if there are fewer than a vector's lanes): it zeroes the
     * gradient and adds the windows' contributions in the order of the windows.
     */
    void image(long image, int first, int last, boolean vectors) {
        if (x.type() != DType.FLOAT32 && x.type() != DType.FLOAT64) {
            narrowImage(image, first, last, vectors);
            return;
        }
        zero(image, first, last, 0, x.height());
        for (int row = 0; row < rows.count(); row++) {
            if (indices != null) {
                scatter(image, row, first, last, indices, 0, x.height());
            } else if (vectors) {
                vectorShares(image, row, first, last);
            } else {
                shares(image, row, 0, first, last);
            }
        }
    }

    /** {@return whether {@link #band} supports the pooling: maxima of float32 or float64 with channels innermost} */
    boolean hasBands() {
        return indices != null
                && (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64)
                && x.isChannelsLast()
                && g.isChannelsLast();
    }

    /**
     * Computes a range of rows of an image, from all windows, whose maxima may be anywhere: so memory is visited in its
     * order, which is several times as fast as by channel ranges.
     */
    void band(long image, int begin, int end) {
        zero(image, 0, x.channels(), begin, end);
        for (int row = 0; row < rows.count(); row++) {
            scatter(image, row, 0, x.channels(), Objects.requireNonNull(indices), begin, end);
        }
    }

    private void zero(long image, int first, int last, int begin, int end) {
        int size = x.type().size();
        boolean wholeRows =
                x.isChannelsLast() && last - first == x.channels() && x.columnStep() == (long) x.channels() * size;
        long run = (long) (last - first) * size;
        boolean runs = x.isChannelsLast() && run % Long.BYTES == 0;
        for (int i = begin; i < end; i++) {
            if (wholeRows) {
                Memory.zero(x.at(image, 0, i, 0), x.width() * x.columnStep());
            } else if (runs) {
                zeroRuns(x.at(image, first, i, 0), run);
            } else if (x.columnStep() == size) {
                for (int c = first; c < last; c++) {
                    Memory.zero(x.at(image, c, i, 0), (long) x.width() * size);
                }
            } else {
                for (int j = 0; j < x.width(); j++) {
                    for (int c = first; c < last; c++) {
                        Floats.set(x.type(), x.at(image, c, i, j), 0);
                    }
                }
            }
        }
    }

    /** Zeroes some channels of each pixel of a row, a multiple of 8 bytes, too few for a call each. */
    private void zeroRuns(long row, long bytes) {
        long step = x.columnStep();
        long end = row + x.width() * step;
        for (long pixel = row; pixel < end; pixel += step) {
            for (long at = pixel; at < pixel + bytes; at += Long.BYTES) {
                Memory.setLong(at, 0);
            }
        }
    }

    /** Adds the gradients of a row of windows whose maxima are in a range of rows. */
    private void scatter(long image, int row, int first, int last, Plane indices, int begin, int end) {
        long to = x.at(image, first, 0, 0);
        boolean isFlat = x.rowStep() == x.width() * x.columnStep();
        for (int o = 0; o < columns.count(); o++) {
            long from = g.at(image, first, row, o);
            long index = indices.at(image, first, row, o);
            if (isFlat && x.type() == DType.FLOAT32) {
                scatterPixel(from, index, indices.channelStep(), to, last - first, begin, end);
                continue;
            }
            for (int c = 0; c < last - first; c++) {
                long number = checkIndex(Memory.getLong(index + c * indices.channelStep()));
                if (number / x.width() < begin || number / x.width() >= end) {
                    continue;
                }
                long offset = isFlat ? number * x.columnStep() : offset(number);
                long sum = to + c * x.channelStep() + offset;
                long source = from + c * g.channelStep();
                if (x.type() == DType.FLOAT32) {
                    Memory.setFloat(sum, Memory.getFloat(sum) + Memory.getFloat(source));
                } else {
                    Memory.setDouble(sum, Memory.getDouble(sum) + Memory.getDouble(source));
                }
            }
        }
    }

    private long offset(long index) {
        return index / x.width() * x.rowStep() + index % x.width() * x.columnStep();
    }

    /**
     * Adds the float32 gradients of a window's channels; an index is the number of a pixel, {@code columnStep} apart.
     */
    private void scatterPixel(long from, long index, long indexStep, long to, int channels, int begin, int end) {
        long pixelStep = x.columnStep();
        long channelStep = x.channelStep();
        long fromStep = g.channelStep();
        long lowest = (long) begin * x.width();
        long bound = (long) end * x.width();
        for (int c = 0; c < channels; c++) {
            long number = Memory.getLong(index + c * indexStep);
            if (number < lowest || number >= bound) {
                checkIndex(number);
                continue;
            }
            long sum = to + c * channelStep + number * pixelStep;
            Memory.setFloat(sum, Memory.getFloat(sum) + Memory.getFloat(from + c * fromStep));
        }
    }

    private long checkIndex(long index) {
        if (index < 0 || index >= (long) x.height() * x.width()) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "maxPool, gradient: index %d of a maximum is outside %d x %d",
                            index,
                            x.height(),
                            x.width()));
        }
        return index;
    }

    /**
     * With fewer channels than lanes, scalar loops process the windows whose vectors would exceed the image, which
     * another thread may be writing, or the result's gradient.
     */
    private void vectorShares(long image, int row, int first, int last) {
        int inside = last - first < x.lanes() ? windowsInside(image, row) : columns.count();
        spread(
                RowKernels.of(x.type()),
                row,
                inside,
                g.at(image, first, row, 0),
                g.columnStep(),
                last - first,
                x.at(image, first, 0, 0),
                x.rowStep(),
                x.columnStep());
        shares(image, row, inside, first, last);
    }

    private int windowsInside(long image, int row) {
        long lastRow = rows.starts()[row] + (long) (rows.inside()[row] - 1) * rows.dilation();
        long from = g.end() - (long) x.lanes() * g.type().size();
        long to = x.at(image, 0, x.height(), 0) - (long) x.lanes() * x.type().size();
        int inside = columns.count();
        for (int o = inside - 1; o >= 0; o--) {
            long position = columns.inside()[o] == 0 ? 0 : x.at(image, 0, lastRow, columns.lastOf(o));
            if (g.at(image, 0, row, o) > from || position > to) {
                inside = o;
            }
        }
        return inside;
    }

    private void spread(
            RowKernels kernels,
            int row,
            int windows,
            long from,
            long fromStep,
            int channels,
            long to,
            long rowStep,
            long columnStep) {
        kernels.spread(
                from,
                fromStep,
                channels,
                rows.starts()[row],
                rows.ends()[row],
                rows.dilation(),
                columns,
                windows,
                divisors.values()[row],
                to,
                rowStep,
                columnStep);
    }

    /** Adds the contributions of a row's windows from one on. */
    private void shares(long image, int row, int from, int first, int last) {
        var divisors = this.divisors.values()[row];
        for (int o = from; o < columns.count(); o++) {
            for (int i = rows.starts()[row]; i < rows.ends()[row]; i += rows.dilation()) {
                for (int j = columns.starts()[o]; j < columns.ends()[o]; j += columns.dilation()) {
                    for (int c = first; c < last; c++) {
                        long to = x.at(image, c, i, j);
                        long source = g.at(image, c, row, o);
                        if (x.type() == DType.FLOAT32) {
                            float share = Memory.getFloat(source) / (float) divisors[o];
                            Memory.setFloat(to, Memory.getFloat(to) + share);
                        } else {
                            Memory.setDouble(to, Memory.getDouble(to) + Memory.getDouble(source) / divisors[o]);
                        }
                    }
                }
            }
        }
    }

    /** For 16-bit types: accumulates in float, channels last, and rounds once. */
    private void narrowImage(long image, int first, int last, boolean vectors) {
        int channels = last - first;
        long elements = (long) x.height() * x.width() * channels;
        long sums = Scratch.address(SUMS_SLOT, (elements + x.lanes()) * Float.BYTES);
        Memory.zero(sums, elements * Float.BYTES);
        boolean bfloat16 = vectors && g.type() == DType.BFLOAT16;
        for (int row = 0; row < rows.count(); row++) {
            if (bfloat16 && indices == null && g.isChannelsLast()) {
                bfloat16Shares(image, row, first, channels, sums);
            } else {
                narrowShares(image, row, first, channels, sums);
            }
        }
        if (bfloat16 && channels == x.channels() && x.hasDenseRows()) {
            int length = x.width() * channels;
            for (int i = 0; i < x.height(); i++) {
                Bfloat16Vectors.round(sums + (long) i * length * Float.BYTES, x.at(image, 0, i, 0), length);
            }
            return;
        }
        for (int i = 0; i < x.height(); i++) {
            for (int j = 0; j < x.width(); j++) {
                long from = sums + ((long) i * x.width() + j) * channels * Float.BYTES;
                if (bfloat16 && x.isChannelsLast()) {
                    Bfloat16Vectors.round(from, x.at(image, first, i, j), channels);
                    continue;
                }
                for (int c = 0; c < channels; c++) {
                    Floats.set(x.type(), x.at(image, first + c, i, j), Memory.getFloat(from + (long) c * Float.BYTES));
                }
            }
        }
    }

    private void bfloat16Shares(long image, int row, int first, int channels, long sums) {
        long step = (long) channels * Float.BYTES;
        long wide = Scratch.address(ROW_SLOT, columns.count() * step + (long) x.lanes() * Float.BYTES);
        if (channels == g.channels() && g.hasDenseRows()) {
            Bfloat16Vectors.widen(g.at(image, 0, row, 0), wide, columns.count() * channels);
        } else {
            for (int o = 0; o < columns.count(); o++) {
                Bfloat16Vectors.widen(g.at(image, first, row, o), wide + o * step, channels);
            }
        }
        spread(RowKernels.of(DType.FLOAT32), row, columns.count(), wide, step, channels, sums, x.width() * step, step);
    }

    private void narrowShares(long image, int row, int first, int channels, long sums) {
        boolean bfloat16 = g.type() == DType.BFLOAT16;
        var divisors = this.divisors.values()[row];
        for (int o = 0; o < columns.count(); o++) {
            for (int c = 0; c < channels; c++) {
                long from = g.at(image, first + c, row, o);
                float value =
                        bfloat16
                                ? Float.intBitsToFloat(Memory.getShort(from) << 16)
                                : Float.float16ToFloat(Memory.getShort(from));
                if (indices != null) {
                    long index = checkIndex(Memory.getLong(indices.at(image, first + c, row, o)));
                    long to = sums + (index * channels + c) * Float.BYTES;
                    Memory.setFloat(to, Memory.getFloat(to) + value);
                } else {
                    addShare(sums + (long) c * Float.BYTES, channels, row, o, value / (float) divisors[o]);
                }
            }
        }
    }

    private void addShare(long sums, int channels, int row, int column, float share) {
        for (int i = rows.starts()[row]; i < rows.ends()[row]; i += rows.dilation()) {
            for (int j = columns.starts()[column]; j < columns.ends()[column]; j += columns.dilation()) {
                long to = sums + ((long) i * x.width() + j) * channels * Float.BYTES;
                Memory.setFloat(to, Memory.getFloat(to) + share);
            }
        }
    }
}
