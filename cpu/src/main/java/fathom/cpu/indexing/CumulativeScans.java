package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;

/** Cumulative maximum and minimum, and cumulative log-sum-exp. All floating types compute in float64. */
public final class CumulativeScans {
    private CumulativeScans() {}

    /** Writes, at each index along a dimension, the index of the maximum or minimum so far. */
    public static void argScan(Operand x, Operand out, int dim, boolean greatest) {
        if (out.numel() == 0) {
            return;
        }
        DType type = x.dtype();
        long n = Lines.extent(x, dim);
        long from = Lines.step(x, dim);
        long to = Lines.step(out, dim);
        new Lines(x.shape(), dim, x, out)
                .forEachParallel(
                        n,
                        at -> {
                            if (type.isFloating()) {
                                extrema(type, n, at[0], from, at[1], to, greatest);
                            } else {
                                wholeExtrema(type, n, at[0], from, at[1], to, greatest);
                            }
                        });
    }

    private static void extrema(DType type, long n, long x, long from, long out, long to, boolean greatest) {
        double best = greatest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        long index = 0;
        for (long i = 0; i < n; i++) {
            double v = Cells.getDouble(type, x + i * from);
            // a NaN is replaced by a later NaN only
            if (Double.isNaN(v) || (greatest ? v >= best : v <= best)) {
                best = v;
                index = i;
            }
            Mem.i64(out + i * to, index);
        }
    }

    private static void wholeExtrema(DType type, long n, long x, long from, long out, long to, boolean greatest) {
        long best = greatest ? Long.MIN_VALUE : Long.MAX_VALUE;
        long index = 0;
        for (long i = 0; i < n; i++) {
            long v = Cells.getLong(type, x + i * from);
            if (greatest ? v >= best : v <= best) {
                best = v;
                index = i;
            }
            Mem.i64(out + i * to, index);
        }
    }

    /** Writes, at each index along a dimension, the log-sum-exp of the elements so far. */
    public static void logCumSumExp(Operand x, Operand out, int dim) {
        if (out.numel() == 0) {
            return;
        }
        DType type = x.dtype();
        long n = Lines.extent(x, dim);
        long from = Lines.step(x, dim);
        long to = Lines.step(out, dim);
        new Lines(x.shape(), dim, x, out)
                .forEachParallel(
                        10 * n,
                        at -> {
                            double greatest = Double.NEGATIVE_INFINITY;
                            double sum = 0; // of exponentials, relative to that of the maximum
                            for (long i = 0; i < n; i++) {
                                double v = Cells.getDouble(type, at[0] + i * from);
                                if (v > greatest) {
                                    sum = sum * Math.exp(greatest - v) + 1;
                                    greatest = v;
                                } else if (v == greatest) { // also if both are infinite
                                    sum += 1;
                                } else {
                                    sum += Math.exp(v - greatest); // propagates NaN
                                }
                                double log = Double.isInfinite(greatest) && !Double.isNaN(sum) ? 0 : Math.log(sum);
                                Cells.set(type, at[1] + i * to, greatest + log);
                            }
                        });
    }

    /** Writes the sums that {@link fathom.primitive.CumulativeWeights} describes. */
    public static void weigh(Operand v, Operand x, Operand y, Operand out, int dim, boolean reversed) {
        if (out.numel() == 0) {
            return;
        }
        DType type = out.dtype();
        long n = Lines.extent(out, dim);
        long stepV = Lines.step(v, dim);
        long stepX = Lines.step(x, dim);
        long stepY = Lines.step(y, dim);
        long stepOut = Lines.step(out, dim);
        new Lines(out.shape(), dim, v, x, y, out)
                .forEachParallel(
                        20 * n,
                        at -> {
                            double running = 0;
                            double before = 0;
                            for (long k = 0; k < n; k++) {
                                long i = reversed ? n - 1 - k : k;
                                double value = Cells.getDouble(type, at[0] + i * stepV);
                                double own = Cells.getDouble(type, at[1] + i * stepX);
                                double total = Cells.getDouble(type, at[2] + i * stepY);
                                // 0 rather than NaN while all elements so far are -infinity
                                double weight = own == Double.NEGATIVE_INFINITY ? 0 : Math.exp(own - total);
                                double decay = k == 0 || before == total ? 1 : Math.exp(-Math.abs(total - before));
                                running = running * decay + (reversed ? value : value * weight);
                                before = total;
                                Cells.set(type, at[3] + i * stepOut, reversed ? running * weight : running);
                            }
                        });
    }
}
