package fathom.testkit;

import fathom.primitive.ArgScan;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.Operand;
import java.util.function.LongToDoubleFunction;

/** Cumulative extrema and log-sum-exp, each element computed anew from all elements before it. */
final class NaiveScans {
    private NaiveScans() {}

    static void argScan(ArgScan p, Operand x, Operand out) {
        int dim = p.dim();
        long step = x.strides()[dim];
        boolean real = x.dtype().isFloating();
        Walk.over(
                out.shape(),
                (at, index) -> {
                    long best = 0;
                    for (long i = 1; i <= index[dim]; i++) {
                        long here = at[0] + i * step;
                        long there = at[0] + best * step;
                        int order =
                                real
                                        ? compare(Cells.getDouble(x, here), Cells.getDouble(x, there), p.greatest())
                                        : p.greatest()
                                                ? Long.compare(Cells.getLong(x, here), Cells.getLong(x, there))
                                                : Long.compare(Cells.getLong(x, there), Cells.getLong(x, here));
                        best = order >= 0 ? i : best;
                    }
                    Cells.set(out, at[1], best);
                },
                Walk.with(x.strides(), dim, 0),
                out.strides());
    }

    /** NaN precedes all numbers, for maxima and minima. */
    private static int compare(double a, double b, boolean greatest) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
        }
        int order = a < b ? -1 : a > b ? 1 : 0;
        return greatest ? order : -order;
    }

    static void logCumSumExp(LogCumSumExp p, Operand x, Operand out) {
        int dim = p.dim();
        long step = x.strides()[dim];
        Walk.over(
                out.shape(),
                (at, index) -> {
                    double most = Double.NEGATIVE_INFINITY;
                    for (long i = 0; i <= index[dim]; i++) {
                        most = Math.max(most, Cells.getDouble(x, at[0] + i * step));
                    }
                    double greatest = most;
                    double sum = sum(index[dim], i -> Math.exp(Cells.getDouble(x, at[0] + i * step) - greatest));
                    Cells.set(out, at[1], Double.isInfinite(most) ? most : most + Math.log(sum));
                },
                Walk.with(x.strides(), dim, 0),
                out.strides());
    }

    private static double sum(long last, LongToDoubleFunction term) {
        double sum = 0;
        for (long i = 0; i <= last; i++) {
            sum += term.applyAsDouble(i);
        }
        return sum;
    }

    static void weigh(CumulativeWeights p, Operand[] in, Operand out) {
        int dim = p.dim();
        Operand v = in[0];
        Operand x = in[1];
        Operand y = in[2];
        long n = out.rank() == 0 ? 1 : out.shape()[dim];
        Walk.over(
                out.shape(),
                (at, index) -> {
                    long here = index[dim];
                    double sum = 0;
                    for (long i = p.reversed() ? here : 0; i < (p.reversed() ? n : here + 1); i++) {
                        long own = p.reversed() ? here : i;
                        long total = p.reversed() ? i : here;
                        double weight =
                                Math.exp(
                                        Cells.getDouble(x, at[1] + own * x.strides()[dim])
                                                - Cells.getDouble(y, at[2] + total * y.strides()[dim]));
                        sum += Cells.getDouble(v, at[0] + i * v.strides()[dim]) * weight;
                    }
                    Cells.set(out, at[3], sum);
                },
                Walk.with(v.strides(), dim, 0),
                Walk.with(x.strides(), dim, 0),
                Walk.with(y.strides(), dim, 0),
                out.strides());
    }
}
