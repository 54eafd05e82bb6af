package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.window.Pool;
import org.jspecify.annotations.Nullable;

/** The forward pass of pooling, row by row of the result. */
final class Forward {
    /** The {@link Scratch} slot of a row of pixels. */
    private static final int LINE_SLOT = 0;

    /** The slots of a bfloat16 image's rows, widened to float, and of their averages. */
    private static final int WIDE_SLOT = 3;

    private static final int AVERAGES_SLOT = 4;

    /** The slot of the indices of a short row's maxima. */
    private static final int INDICES_SLOT = 1;

    private final Plane x;
    private final Plane y;
    private final @Nullable Plane indices;
    private final Axis rows;
    private final Axis columns;
    private final Divisors divisors;

    /** Whether every window has columns inside the input. */
    private final boolean isFull;

    /** Whether the rows of the result are contiguous. */
    private final boolean isDense;

    Forward(Pool pool, Plane x, Plane y, @Nullable Plane indices, Axis rows, Axis columns) {
        this.x = x;
        this.y = y;
        this.indices = indices;
        this.rows = rows;
        this.columns = columns;
        this.divisors = Divisors.of(pool, rows, columns);
        this.isFull = columns.isFull();
        this.isDense = y.isDense() && (indices == null || indices.isDense());
    }

    Plane x() {
        return x;
    }

    Plane y() {
        return y;
    }

    Axis rows() {
        return rows;
    }

    Axis columns() {
        return columns;
    }

    Divisors divisors() {
        return divisors;
    }

    /** {@return whether the vector code supports the pooling} */
    boolean hasVectors() {
        return (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64 || x.type() == DType.BFLOAT16)
                && (indices != null ? hasVectorMaxima(indices) : x.hasDenseRows() && y.hasDenseRows());
    }

    private boolean hasVectorMaxima(Plane indices) {
        return x.isChannelsLast()
                && (x.channels() < x.lanes()
                        ? y.hasDenseRows() && indices.hasDenseRows()
                        : y.isChannelsLast() && indices.isChannelsLast());
    }

    /** {@return the vector kernels; called only if the Vector API is present} */
    private RowKernels kernels() {
        return RowKernels.of(x.type());
    }

    /** Computes a range of rows of windows, numbered over all images. */
    void lines(long from, long to, boolean vectors) {
        long row = (long) y.width() * y.channels();
        for (long line = from; line < to; line++) {
            boolean followed = isDense && (to - line - 1) * row >= x.lanes();
            line(line / y.height(), (int) (line % y.height()), vectors, followed);
        }
    }

    /**
     * Computes one row of windows of one image.
     *
     * @param followed whether the elements after the row are written later
     */
    void line(long image, int row, boolean vectors, boolean followed) {
        if (indices != null) {
            if (vectors) {
                vectorMax(image, row, followed, indices);
            } else {
                PlainPool.max(this, image, row, 0, columns.count(), indices);
            }
        } else if (vectors && isFull && rows.inside()[row] > 0) {
            vectorAverage(image, row, followed);
        } else {
            PlainPool.average(this, image, row);
        }
    }

    /**
     * With fewer channels than lanes, a pixel's vector extends into the following pixels. So the last rows go through a
     * copy, and scalar loops process the windows at the very end of the input.
     */
    private void vectorMax(long image, int row, boolean followed, Plane indices) {
        int count = columns.count();
        int inside = x.channels() < x.lanes() ? windowsInside(image, row) : count;
        if (x.channels() >= x.lanes() || followed && inside == count) {
            max(image, row, count, y.at(image, 0, row, 0), indices.at(image, 0, row, 0), indices);
            return;
        }
        long elements = (long) inside * x.channels();
        long values = Scratch.address(LINE_SLOT, (elements + x.lanes()) * y.type().size());
        long numbers = Scratch.address(INDICES_SLOT, (elements + x.lanes()) * Long.BYTES);
        max(image, row, inside, values, numbers, indices);
        Memory.copy(values, y.at(image, 0, row, 0), elements * y.type().size());
        Memory.copy(numbers, indices.at(image, 0, row, 0), elements * Long.BYTES);
        PlainPool.max(this, image, row, inside, count, indices);
    }

    /** {@return the number of a row's windows whose vectors do not exceed the input} */
    private int windowsInside(long image, int row) {
        long lastRow = rows.starts()[row] + (long) (rows.inside()[row] - 1) * rows.dilation();
        long last = x.end() - (long) x.lanes() * x.type().size();
        int inside = columns.count();
        while (inside > 0 && x.at(image, 0, lastRow, columns.lastOf(inside - 1)) > last) {
            inside--;
        }
        return inside;
    }

    private void max(long image, int row, int windows, long values, long numbers, Plane indices) {
        kernels()
                .max(
                        x.at(image, 0, 0, 0),
                        x.rowStep(),
                        x.columnStep(),
                        x.width(),
                        x.channels(),
                        rows.starts()[row],
                        rows.ends()[row],
                        rows.dilation(),
                        columns,
                        windows,
                        values,
                        y.columnStep(),
                        numbers,
                        indices.columnStep());
    }

    private void vectorAverage(long image, int row, boolean followed) {
        boolean widen = x.type() == DType.BFLOAT16;
        int count = rows.inside()[row];
        int size = widen ? Float.BYTES : x.type().size();
        int length = x.width() * x.channels();
        long vectorBytes = (long) x.lanes() * size;
        long from = x.at(image, 0, rows.starts()[row], 0);
        long rowStep = x.rowStep() * rows.dilation();
        long line = Scratch.address(LINE_SLOT, (long) length * size + vectorBytes);
        if (widen) {
            long wide = Scratch.address(WIDE_SLOT, (long) count * length * size);
            for (int r = 0; r < count; r++) {
                Bfloat16Vectors.widen(from + r * rowStep, wide + (long) r * length * size, length);
            }
            from = wide;
            rowStep = (long) length * size;
        }
        var kernels = widen ? RowKernels.of(DType.FLOAT32) : kernels();
        kernels.add(from, rowStep, count, length, line);
        boolean direct = !widen && (followed || x.channels() >= x.lanes());
        int elements = y.width() * y.channels();
        long to = y.at(image, 0, row, 0);
        long averages = direct ? to : Scratch.address(AVERAGES_SLOT, (long) elements * size + vectorBytes);
        kernels.average(
                line,
                x.channels(),
                columns,
                divisors.runs()[row],
                divisors.factors()[row],
                divisors.divide()[row],
                averages);
        if (widen) {
            Bfloat16Vectors.round(averages, to, elements);
        } else if (!direct) {
            Memory.copy(averages, to, (long) elements * size);
        }
    }
}
