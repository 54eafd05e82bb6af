package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Pool2d;
import org.jspecify.annotations.Nullable;

/** Pooling by lines of the result. */
final class Forward {
    /** A slot of {@link Scratch}: a line of pixels. */
    private static final int LINE_SLOT = 0;

    private final Plane x;
    private final Plane y;
    private final @Nullable Plane places;
    private final Axis rows;
    private final Axis columns;
    private final Divisors divisors;

    /** Whether no window is empty for its columns. */
    private final boolean isFull;

    Forward(Pool2d pool, Plane x, Plane y, @Nullable Plane places, Axis rows, Axis columns) {
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
        boolean narrow = x.type() == DType.BFLOAT16 && places != null;
        return (x.type() == DType.FLOAT32 || x.type() == DType.FLOAT64 || narrow)
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
        if (x.type() == DType.BFLOAT16) {
            BrainVectors.max(
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
        } else if (x.type() == DType.FLOAT32) {
            VectorMax.floats(
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
        } else {
            VectorMax.doubles(
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
    }

    private void vectorAverage(long image, int row) {
        int count = rows.inside()[row];
        long first = x.at(image, 0, rows.begins()[row], 0);
        long rowStep = x.rowStep() * rows.dilation();
        int length = x.width() * x.channels();
        long line = line(x);
        long step = (long) columns.dilation() * x.channels() * x.type().size();
        boolean divide = divisors.divide()[row];
        int[] runs = divisors.runs()[row];
        long to = y.at(image, 0, row, 0);
        if (x.type() == DType.FLOAT32) {
            float[] factors = divisors.floats()[row];
            AverageLines.addFloats(first, rowStep, count, length, line);
            AverageLines.averageFloats(
                    line, x.channels(), columns.begins(), columns.inside(), runs, step, factors, divide, to);
        } else {
            double[] factors = divisors.doubles()[row];
            AverageLines.addDoubles(first, rowStep, count, length, line);
            AverageLines.averageDoubles(
                    line, x.channels(), columns.begins(), columns.inside(), runs, step, factors, divide, to);
        }
    }

    /** {@return the address of working memory for a row of an image and two vectors more} */
    private static long line(Plane x) {
        long bytes = (long) x.width() * x.channels() * x.type().size();
        return Scratch.address(LINE_SLOT, bytes + 2L * VectorApi.lanes(Byte.BYTES));
    }
}
