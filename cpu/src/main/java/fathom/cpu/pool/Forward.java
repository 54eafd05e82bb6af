package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.window.Pool;
import org.jspecify.annotations.Nullable;

/** Pooling by lines of the result. */
final class Forward {
    /** A slot of {@link Scratch}: a line of pixels. */
    private static final int LINE_SLOT = 0;

    /** Rows of an image of bfloat16, as floats, and their averages. */
    private static final int WIDE_SLOT = 3;

    private static final int AVERAGES_SLOT = 4;

    /** Places of a short row's maxima. */
    private static final int PLACES_SLOT = 1;

    private final Plane x;
    private final Plane y;
    private final @Nullable Plane places;
    private final Axis rows;
    private final Axis columns;
    private final Divisors divisors;

    /** Whether no window is empty for its columns. */
    private final boolean isFull;

    /** Whether rows of the result follow each other without gaps. */
    private final boolean isDense;

    Forward(Pool pool, Plane x, Plane y, @Nullable Plane places, Axis rows, Axis columns) {
        this.x = x;
        this.y = y;
        this.places = places;
        this.rows = rows;
        this.columns = columns;
        this.divisors = Divisors.of(pool, rows, columns);
        this.isFull = columns.isFull();
        this.isDense = y.isDense() && (places == null || places.isDense());
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

    /** {@return whether the vector code can do it} */
    boolean hasVectors() {
        return (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64 || x.type() == DType.BFLOAT16)
                && (places != null ? hasVectorMaxima(places) : x.hasDenseRows() && y.hasDenseRows());
    }

    private boolean hasVectorMaxima(Plane places) {
        return x.isChannelsLast()
                && (x.channels() < x.lanes()
                        ? y.hasDenseRows() && places.hasDenseRows()
                        : y.isChannelsLast() && places.isChannelsLast());
    }

    /** Asked for when there is vector code. */
    private RowKernels kernels() {
        return RowKernels.of(x.type());
    }

    /** Some rows of windows, counted through all images. */
    void lines(long from, long to, boolean vectors) {
        long row = (long) y.width() * y.channels();
        for (long line = from; line < to; line++) {
            boolean followed = isDense && (to - line - 1) * row >= x.lanes();
            line(line / y.height(), (int) (line % y.height()), vectors, followed);
        }
    }

    /**
     * One row of windows of one image.
     *
     * @param followed whether a vector after it is written next
     */
    void line(long image, int row, boolean vectors, boolean followed) {
        if (places != null) {
            if (vectors) {
                vectorMax(image, row, followed, places);
            } else {
                PlainPool.max(this, image, row, 0, columns.count(), places);
            }
        } else if (vectors && isFull && rows.inside()[row] > 0) {
            vectorAverage(image, row, followed);
        } else {
            PlainPool.average(this, image, row);
        }
    }

    /**
     * Of a pixel with fewer channels than lanes the vector hangs over into the pixels that follow. So rows that no
     * other follows go by way of a copy, and plain loops have the windows at the very end of the input.
     */
    private void vectorMax(long image, int row, boolean followed, Plane places) {
        int count = columns.count();
        int inside = x.channels() < x.lanes() ? windowsInside(image, row) : count;
        if (x.channels() >= x.lanes() || followed && inside == count) {
            max(image, row, count, y.at(image, 0, row, 0), places.at(image, 0, row, 0), places);
            return;
        }
        long elements = (long) inside * x.channels();
        long values = Scratch.address(LINE_SLOT, (elements + x.lanes()) * y.type().size());
        long numbers = Scratch.address(PLACES_SLOT, (elements + x.lanes()) * Long.BYTES);
        max(image, row, inside, values, numbers, places);
        Memory.copy(values, y.at(image, 0, row, 0), elements * y.type().size());
        Memory.copy(numbers, places.at(image, 0, row, 0), elements * Long.BYTES);
        PlainPool.max(this, image, row, inside, count, places);
    }

    /** {@return how many windows of a row do not reach so near the input's end that a vector would not fit there} */
    private int windowsInside(long image, int row) {
        long lastRow = rows.begins()[row] + (long) (rows.inside()[row] - 1) * rows.dilation();
        long last = x.end() - (long) x.lanes() * x.type().size();
        int inside = columns.count();
        while (inside > 0 && x.at(image, 0, lastRow, columns.lastOf(inside - 1)) > last) {
            inside--;
        }
        return inside;
    }

    private void max(long image, int row, int windows, long values, long numbers, Plane places) {
        kernels()
                .max(
                        x.at(image, 0, 0, 0),
                        x.rowStep(),
                        x.columnStep(),
                        x.width(),
                        x.channels(),
                        rows.begins()[row],
                        rows.ends()[row],
                        rows.dilation(),
                        columns,
                        windows,
                        values,
                        y.columnStep(),
                        numbers,
                        places.columnStep());
    }

    private void vectorAverage(long image, int row, boolean followed) {
        boolean widen = x.type() == DType.BFLOAT16;
        int count = rows.inside()[row];
        int size = widen ? Float.BYTES : x.type().size();
        int length = x.width() * x.channels();
        long room = (long) x.lanes() * size;
        long from = x.at(image, 0, rows.begins()[row], 0);
        long rowStep = x.rowStep() * rows.dilation();
        long line = Scratch.address(LINE_SLOT, (long) length * size + room);
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
        long averages = direct ? to : Scratch.address(AVERAGES_SLOT, (long) elements * size + room);
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
