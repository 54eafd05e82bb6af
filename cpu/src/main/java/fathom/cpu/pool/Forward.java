package fathom.cpu.pool;

import fathom.DType;
import fathom.primitive.Pool2d;
import org.jspecify.annotations.Nullable;

/** Pooling by lines of the result. */
record Forward(Pool2d pool, Plane x, Plane y, @Nullable Plane places, Axis rows, Axis columns) {

    /** One row of windows of one image. */
    void line(long image, int row, boolean vectors) {
        if (places != null) {
            if (vectors) {
                vectorMax(image, row, places);
            } else {
                PlainPool.max(this, image, row, places);
            }
        } else if (vectors) {
            vectorAverage(image, row);
        } else {
            PlainPool.average(this, image, row);
        }
    }

    /** The number by which the sums of a row of windows are divided; 1 where a window has no positions. */
    static double[] divisors(Pool2d pool, Axis rows, Axis columns, int row) {
        var divisors = new double[columns.count()];
        for (int o = 0; o < divisors.length; o++) {
            double inside = (double) rows.inside()[row] * columns.inside()[o];
            double padded = (double) rows.padded()[row] * columns.padded()[o];
            double divisor = pool.divisor() != 0 ? pool.divisor() : pool.countIncludePad() ? padded : inside;
            divisors[o] = inside == 0 ? 1 : divisor;
        }
        return divisors;
    }

    private void vectorMax(long image, int row, Plane places) {
        long from = x.at(image, 0, 0, 0);
        long to = y.at(image, 0, row, 0);
        long placesTo = places.at(image, 0, row, 0);
        int first = rows.begins()[row];
        int last = rows.ends()[row];
        if (x.type() == DType.FLOAT32) {
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
        long from = x.at(image, 0, 0, 0);
        long to = y.at(image, 0, row, 0);
        int first = rows.begins()[row];
        int last = rows.ends()[row];
        var divisors = divisors(pool, rows, columns, row);
        if (x.type() == DType.FLOAT32) {
            VectorAverage.floats(
                    from,
                    x.rowStep(),
                    x.columnStep(),
                    x.channels(),
                    first,
                    last,
                    rows.dilation(),
                    columns,
                    divisors,
                    to,
                    y.columnStep());
        } else {
            VectorAverage.doubles(
                    from,
                    x.rowStep(),
                    x.columnStep(),
                    x.channels(),
                    first,
                    last,
                    rows.dilation(),
                    columns,
                    divisors,
                    to,
                    y.columnStep());
        }
    }
}
