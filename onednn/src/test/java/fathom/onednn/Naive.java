package fathom.onednn;

import fathom.primitive.window.Window;
import org.jspecify.annotations.Nullable;

/** Reference implementations of what the backend computes, in double precision. */
final class Naive {
    private Naive() {}

    static double[] matmul(Data a, Data b, @Nullable Data bias, long[] outShape) {
        int rank = outShape.length;
        long k = a.operand().shape()[rank - 1];
        var result = new double[size(outShape)];
        int[] at = {0};
        Data.forEach(
                outShape,
                index -> {
                    var ia = index.clone();
                    var ib = index.clone();
                    double sum = bias == null ? 0 : bias.get(index[rank - 1]);
                    for (long p = 0; p < k; p++) {
                        ia[rank - 1] = p;
                        ib[rank - 2] = p;
                        sum += (double) a.get(ia) * b.get(ib);
                    }
                    result[at[0]++] = sum;
                });
        return result;
    }

    /** Visits every product of a tap inside x; the three directions share this loop. */
    interface Tap {
        void at(long n, long o, long i, long j, long c, long row, long column, long kc, long kh, long kw);
    }

    static void taps(long[] x, long[] w, long[] y, int groups, Window win, Tap tap) {
        long perGroup = w[0] / groups;
        for (long n = 0; n < y[0]; n++) {
            for (long o = 0; o < y[1]; o++) {
                for (long i = 0; i < y[2]; i++) {
                    for (long j = 0; j < y[3]; j++) {
                        for (long kc = 0; kc < w[1]; kc++) {
                            for (long kh = 0; kh < w[2]; kh++) {
                                for (long kw = 0; kw < w[3]; kw++) {
                                    long row = i * win.rows().stride() - win.rows().low() + kh * win.rows().dilation();
                                    long column =
                                            j * win.columns().stride()
                                                    - win.columns().low()
                                                    + kw * win.columns().dilation();
                                    if (row >= 0 && row < x[2] && column >= 0 && column < x[3]) {
                                        tap.at(n, o, i, j, o / perGroup * w[1] + kc, row, column, kc, kh, kw);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static double[] convolution(Data x, Data w, @Nullable Data bias, long[] y, int groups, Window win) {
        var result = new double[size(y)];
        if (bias != null) {
            int[] at = {0};
            Data.forEach(y, index -> result[at[0]++] = bias.get(index[1]));
        }
        taps(
                x.operand().shape(),
                w.operand().shape(),
                y,
                groups,
                win,
                (n, o, i, j, c, row, column, kc, kh, kw) ->
                        result[at(y, n, o, i, j)] += (double) x.get(n, c, row, column) * w.get(o, kc, kh, kw));
        return result;
    }

    static double[] inputGradient(Data g, Data w, long[] x, int groups, Window win) {
        var result = new double[size(x)];
        taps(
                x,
                w.operand().shape(),
                g.operand().shape(),
                groups,
                win,
                (n, o, i, j, c, row, column, kc, kh, kw) ->
                        result[at(x, n, c, row, column)] += (double) g.get(n, o, i, j) * w.get(o, kc, kh, kw));
        return result;
    }

    static double[] weightGradient(Data g, Data x, long[] w, int groups, Window win) {
        var result = new double[size(w)];
        taps(
                x.operand().shape(),
                w,
                g.operand().shape(),
                groups,
                win,
                (n, o, i, j, c, row, column, kc, kh, kw) ->
                        result[at(w, o, kc, kh, kw)] += (double) g.get(n, o, i, j) * x.get(n, c, row, column));
        return result;
    }

    private static int at(long[] shape, long a, long b, long c, long d) {
        return (int) (((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
    }

    private static int size(long[] shape) {
        long size = 1;
        for (long extent : shape) {
            size *= extent;
        }
        return (int) size;
    }
}
