package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorApi;
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

    private final Plane x;
    private final Plane y;
    private final @Nullable Plane places;
    private final Axis rows;
    private final Axis columns;
    private final Divisors divisors;

    /** Whether no window is empty for its columns. */
    private final boolean isFull;

    Forward(Pool pool, Plane x, Plane y, @Nullable Plane places, Axis rows, Axis columns) {
        this.x = x;
        this.y = y;
        this.places = places;
        this.rows = rows;
        this.columns = columns;
        this.divisors = Divisors.of(pool, rows, columns);
        this.isFull = columns.isFull();
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
                && (places != null
                        ? x.isChannelsLast() && y.isChannelsLast() && places.isChannelsLast()
                        : x.hasDenseRows() && y.hasDenseRows());
    }

    /** One row of windows of one image. */
    void line(long image, int row, boolean vectors) {
        if (places != null) {
            if (vectors) {
                vectorMax(image, row, places);
            } else {
                PlainPool.max(this, image, row, places);
            }
        } else if (vectors && isFull && rows.inside()[row] > 0) {
            vectorAverage(image, row);
        } else {
            PlainPool.average(this, image, row);
        }
    }

    private void vectorMax(long image, int row, Plane places) {
        long from = x.at(image, 0, 0, 0);
        long to = y.at(image, 0, row, 0);
        long placesTo = places.at(image, 0, row, 0);
        int first = rows.begins()[row];
        int last = rows.ends()[row];
        maxRow().run(
                        from,
                        x.rowStep(),
                        x.columnStep(),
                        x.width(),
                        x.channels(),
                        first,
                        last,
                        rows.dilation(),
                        columns,
                        to,
                        y.columnStep(),
                        placesTo,
                        places.columnStep());
    }

    private MaxRow maxRow() {
        if (x.type() == DType.FLOAT64) {
            return x.channels() < VectorApi.lanes(Double.BYTES) ? VectorMax::fewDoubles : VectorMax::doubles;
        }
        boolean few = x.channels() < VectorApi.lanes(Float.BYTES);
        return x.type() == DType.BFLOAT16
                ? few ? BrainVectors::fewMax : BrainVectors::max
                : few ? VectorMax::fewFloats : VectorMax::floats;
    }

    /** A routine of {@link VectorMax}. */
    @FunctionalInterface
    private interface MaxRow {
        void run(
                long x,
                long rowStep,
                long columnStep,
                int width,
                int channels,
                int firstRow,
                int lastRow,
                int dilation,
                Axis columns,
                long y,
                long yStep,
                long places,
                long placesStep);
    }

    private void vectorAverage(long image, int row) {
        int count = rows.inside()[row];
        long first = x.at(image, 0, rows.begins()[row], 0);
        long rowStep = x.rowStep() * rows.dilation();
        boolean narrow = x.type() == DType.BFLOAT16;
        int size = narrow ? Float.BYTES : x.type().size();
        int length = x.width() * x.channels();
        // two vectors of room after the line
        long line = Scratch.address(LINE_SLOT, (long) length * size + 2L * VectorApi.lanes(Byte.BYTES));
        long step = (long) columns.dilation() * x.channels() * size;
        boolean divide = divisors.divide()[row];
        int[] runs = divisors.runs()[row];
        long to = y.at(image, 0, row, 0);
        if (x.type() == DType.FLOAT64) {
            double[] factors = divisors.doubles()[row];
            AverageLines.addDoubles(first, rowStep, count, length, line);
            AverageLines.averageDoubles(
                    line, x.channels(), columns.begins(), columns.inside(), runs, step, factors, divide, to);
            return;
        }
        float[] factors = divisors.floats()[row];
        long averages = to;
        if (narrow) {
            first = widened(first, rowStep, count, length);
            rowStep = (long) length * Float.BYTES;
            averages = Scratch.address(AVERAGES_SLOT, (long) y.width() * y.channels() * Float.BYTES);
        }
        AverageLines.addFloats(first, rowStep, count, length, line);
        AverageLines.averageFloats(
                line, x.channels(), columns.begins(), columns.inside(), runs, step, factors, divide, averages);
        if (narrow) {
            BrainVectors.round(averages, to, y.width() * y.channels());
        }
    }

    /** {@return the address of rows of bfloat16 as floats, without gaps} */
    private static long widened(long first, long rowStep, int count, int length) {
        long wide = Scratch.address(WIDE_SLOT, (long) count * length * Float.BYTES);
        for (int r = 0; r < count; r++) {
            BrainVectors.widen(first + r * rowStep, wide + (long) r * length * Float.BYTES, length);
        }
        return wide;
    }
}
