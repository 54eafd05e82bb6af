package fathom.cpu.resample;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.indexing.SparseRows;
import fathom.primitive.window.Resample;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a resampled operand. If pixels are contiguous with channels innermost, a row is a row of an image's
 * pixels; otherwise a row of one channel.
 */
final class Rows {
    private final DType type;
    private final Operand x;
    private final Operand y;

    /** The weights along the axes before the last one. */
    private final SparseRows[] before;

    private final SparseRows last;
    private final float[] lastFloats;
    private final boolean hasPixels;

    /** Number of elements per position of a row: the channels of a pixel, or 1. */
    private final int run;

    private final int width;
    private final long count;
    private final long work;

    private final boolean vectors;

    /** Whether every result has exactly two terms. */
    private final boolean arePairs;

    /** The lane rearrangement of a row of one channel; null if it is not used. */
    private final @Nullable LaneTable lanes;

    Rows(Resample p, Operand x, Operand y) {
        this.type = x.dtype();
        this.x = x;
        this.y = y;
        int axes = p.axes().size();
        before = new SparseRows[axes - 1];
        double products = 1;
        long rows = 1;
        for (int a = 0; a < axes - 1; a++) {
            before[a] = p.weights(a);
            rows *= before[a].count();
            products *= (double) before[a].columns().length / Math.max(1, before[a].count());
        }
        last = p.weights(axes - 1);
        lastFloats = last.floats();
        width = last.width();
        hasPixels = isPixels(x) && isPixels(y);
        run = hasPixels ? Math.toIntExact(x.shape()[1]) : 1;
        count = x.shape()[0] * (hasPixels ? 1 : x.shape()[1]) * rows;
        work = (long) (count * run * (products * width + last.columns().length));
        boolean planes = type == DType.FLOAT32 && !hasPixels && isDense(x);
        vectors = type == DType.FLOAT32 && hasPixels || planes;
        arePairs = last.uniform() == 2;
        lanes = planes && isDense(y) ? LaneTable.of(last, lastFloats) : null;
    }

    private static boolean isPixels(Operand o) {
        long c = o.shape()[1];
        int last = o.rank() - 1;
        return c > 1 && o.strides()[1] == 1 && (o.shape()[last] == 1 || o.strides()[last] == c);
    }

    private static boolean isDense(Operand o) {
        int last = o.rank() - 1;
        return o.shape()[last] == 1 || o.strides()[last] == 1;
    }

    /** {@return the number of rows} */
    long count() {
        return count;
    }

    /** {@return the approximate number of products} */
    long work() {
        return work;
    }

    /** {@return the size of a sum of rows in bytes} */
    long bytes() {
        return (long) width * run * type.size();
    }

    /** {@return whether the vector code supports the layout} */
    boolean haveVectors() {
        return vectors;
    }

    /**
     * Computes a range of rows.
     *
     * @param sum address of scratch memory for a row plus a vector
     */
    void compute(long from, long to, long sum, boolean vectors) {
        int max = 1;
        for (SparseRows w : before) {
            int longest = 0;
            for (int r = 0; r < w.count(); r++) {
                longest = Math.max(longest, w.starts()[r + 1] - w.starts()[r]);
            }
            max *= Math.max(1, longest);
        }
        var sources = new long[max];
        var weights = new double[max];
        var at = new int[before.length];
        for (long row = from; row < to; row++) {
            long remainder = row;
            long target = y.address();
            for (int a = before.length - 1; a >= 0; a--) {
                at[a] = (int) (remainder % before[a].count());
                remainder /= before[a].count();
                target += at[a] * step(y, 2 + a);
            }
            long source = x.address();
            if (!hasPixels) {
                long c = remainder % x.shape()[1];
                remainder /= x.shape()[1];
                source += c * step(x, 1);
                target += c * step(y, 1);
            }
            source += remainder * step(x, 0);
            target += remainder * step(y, 0);
            int terms = terms(source, at, sources, weights);
            if (type == DType.FLOAT64) {
                PlainLines.combine(sources, weights, terms, elementStep(x), width * run, sum);
                PlainLines.spread(sum, last, run, target, elementStep(y));
            } else if (vectors) {
                vectorRow(sources, weights, terms, sum, target);
            } else {
                PlainLines.combineFloats(sources, weights, terms, elementStep(x), width * run, sum);
                PlainLines.spreadFloats(sum, last, lastFloats, run, target, elementStep(y));
            }
        }
    }

    private void vectorRow(long[] sources, double[] weights, int terms, long sum, long target) {
        if (hasPixels && terms == 2 && arePairs) {
            VectorLines.spreadPairs(
                    sources[0],
                    (float) weights[0],
                    sources[1],
                    (float) weights[1],
                    run,
                    last.columns(),
                    lastFloats,
                    target);
            return;
        }
        long row = sum;
        if (terms == 1 && weights[0] == 1 && (lanes == null || lanes.reach() <= width)) {
            row = sources[0];
        } else {
            VectorLines.combine(sources, weights, terms, width * run, sum);
        }
        if (hasPixels) {
            VectorLines.spread(row, run, last.starts(), last.columns(), lastFloats, target);
        } else if (lanes != null) {
            VectorLines.rearrange(row, lanes, last.count(), target);
        } else {
            PlainLines.spreadFloats(row, last, lastFloats, 1, target, elementStep(y));
        }
    }

    /**
     * Stores the addresses and weights of the input rows that contribute to a row of the result; {@return their number}
     */
    private int terms(long source, int[] at, long[] sources, double[] weights) {
        sources[0] = source;
        weights[0] = 1;
        int n = 1;
        for (int a = 0; a < before.length; a++) {
            SparseRows w = before[a];
            int start = w.starts()[at[a]];
            int each = w.starts()[at[a] + 1] - start;
            long step = step(x, 2 + a);
            for (int i = n * each - 1; i >= 0; i--) { // descending, so that no entry is overwritten before it is read
                int k = start + i % each;
                sources[i] = sources[i / each] + w.columns()[k] * step;
                weights[i] = weights[i / each] * w.weights()[k];
            }
            n *= each;
        }
        return n;
    }

    private long elementStep(Operand o) {
        return hasPixels ? type.size() : step(o, o.rank() - 1);
    }

    private static long step(Operand o, int d) {
        return o.strides()[d] * o.dtype().size();
    }
}
