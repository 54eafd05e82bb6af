package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Memory;
import fathom.primitive.Pool2d;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gradients of pooling by images, or by some of an image's channels. */
record Backward(Pool2d pool, Plane g, @Nullable Plane places, Plane x, Axis rows, Axis columns) {

    /** Some channels of an image: zeros first, then the windows' shares in the windows' order. */
    void image(long image, int first, int last, boolean vectors) {
        if (x.type() != DType.FLOAT32 && x.type() != DType.FLOAT64) {
            narrowImage(image, first, last);
            return;
        }
        zero(image, first, last);
        for (int row = 0; row < rows.count(); row++) {
            if (places != null) {
                scatter(image, row, first, last, places);
            } else if (vectors) {
                vectorShares(image, row, first, last);
            } else {
                shares(image, row, first, last);
            }
        }
    }

    private void zero(long image, int first, int last) {
        boolean wholeRows =
                x.isChannelsLast()
                        && last - first == x.channels()
                        && x.columnStep() == (long) x.channels() * x.type().size();
        for (int i = 0; i < x.height(); i++) {
            if (wholeRows) {
                Memory.zero(x.at(image, 0, i, 0), x.width() * x.columnStep());
                continue;
            }
            for (int j = 0; j < x.width(); j++) {
                for (int c = first; c < last; c++) {
                    Floats.set(x.type(), x.at(image, c, i, j), 0);
                }
            }
        }
    }

    private void scatter(long image, int row, int first, int last, Plane places) {
        for (int o = 0; o < columns.count(); o++) {
            for (int c = first; c < last; c++) {
                long place = checkedPlace(Memory.getLong(places.at(image, c, row, o)));
                long to = x.at(image, c, place / x.width(), place % x.width());
                if (x.type() == DType.FLOAT32) {
                    Memory.setFloat(to, Memory.getFloat(to) + Memory.getFloat(g.at(image, c, row, o)));
                } else {
                    Memory.setDouble(to, Memory.getDouble(to) + Memory.getDouble(g.at(image, c, row, o)));
                }
            }
        }
    }

    private long checkedPlace(long place) {
        if (place < 0 || place >= (long) x.height() * x.width()) {
            throw new IndexOutOfBoundsException(
                    "maxPool2d, gradient: place %d of a maximum is outside %d x %d"
                            .formatted(place, x.height(), x.width()));
        }
        return place;
    }

    private void vectorShares(long image, int row, int first, int last) {
        long from = g.at(image, first, row, 0);
        long to = x.at(image, first, 0, 0);
        var divisors = Forward.divisors(pool, rows, columns, row);
        int begin = rows.begins()[row];
        int end = rows.ends()[row];
        if (x.type() == DType.FLOAT32) {
            VectorAverage.floatShares(
                    from,
                    g.columnStep(),
                    last - first,
                    begin,
                    end,
                    rows.dilation(),
                    columns,
                    divisors,
                    to,
                    x.rowStep(),
                    x.columnStep());
        } else {
            VectorAverage.doubleShares(
                    from,
                    g.columnStep(),
                    last - first,
                    begin,
                    end,
                    rows.dilation(),
                    columns,
                    divisors,
                    to,
                    x.rowStep(),
                    x.columnStep());
        }
    }

    private void shares(long image, int row, int first, int last) {
        var divisors = Forward.divisors(pool, rows, columns, row);
        for (int o = 0; o < columns.count(); o++) {
            for (int i = rows.begins()[row]; i < rows.ends()[row]; i += rows.dilation()) {
                for (int j = columns.begins()[o]; j < columns.ends()[o]; j += columns.dilation()) {
                    for (int c = first; c < last; c++) {
                        long to = x.at(image, c, i, j);
                        long from = g.at(image, c, row, o);
                        if (x.type() == DType.FLOAT32) {
                            float share = Memory.getFloat(from) / (float) divisors[o];
                            Memory.setFloat(to, Memory.getFloat(to) + share);
                        } else {
                            Memory.setDouble(to, Memory.getDouble(to) + Memory.getDouble(from) / divisors[o]);
                        }
                    }
                }
            }
        }
    }

    /** Types narrower than float: sums in float, rounded once. */
    private void narrowImage(long image, int first, int last) {
        var sums = new float[x.height() * x.width()];
        for (int c = first; c < last; c++) {
            Arrays.fill(sums, 0);
            for (int row = 0; row < rows.count(); row++) {
                var divisors = Forward.divisors(pool, rows, columns, row);
                for (int o = 0; o < columns.count(); o++) {
                    float value = (float) Floats.get(g.type(), g.at(image, c, row, o));
                    if (places != null) {
                        sums[(int) checkedPlace(Memory.getLong(places.at(image, c, row, o)))] += value;
                    } else {
                        addShare(sums, row, o, value / (float) divisors[o]);
                    }
                }
            }
            for (int i = 0; i < x.height(); i++) {
                for (int j = 0; j < x.width(); j++) {
                    Floats.set(x.type(), x.at(image, c, i, j), sums[i * x.width() + j]);
                }
            }
        }
    }

    private void addShare(float[] sums, int row, int column, float share) {
        for (int i = rows.begins()[row]; i < rows.ends()[row]; i += rows.dilation()) {
            for (int j = columns.begins()[column]; j < columns.ends()[column]; j += columns.dilation()) {
                sums[i * x.width() + j] += share;
            }
        }
    }
}
