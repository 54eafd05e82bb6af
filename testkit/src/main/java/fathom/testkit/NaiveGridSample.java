package fathom.testkit;

import fathom.primitive.Operand;
import fathom.primitive.window.GridAxis;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;

/** Grid sampling and its gradients, point by point and position by position. */
final class NaiveGridSample {
    /** The work for a position that contributes to a point. */
    private interface Visit {
        /**
         * @param pixel the offset of the position in an image of the given strides
         * @param weight its weight
         * @param slopes the weight's derivatives with respect to the point's coordinates
         */
        void at(long pixel, double weight, double[] slopes);
    }

    private NaiveGridSample() {}

    static void sample(GridSample p, Operand x, Operand grid, Operand y) {
        Walk.over(
                y.shape(),
                (at, o) -> {
                    double[] sum = {0};
                    long from = o[1] * x.strides()[1];
                    visit(p, x, grid, o, (pixel, w, slopes) -> sum[0] += w * Cells.getDouble(x, from + pixel));
                    Cells.set(y, at[0], sum[0]);
                },
                y.strides());
    }

    static void byInput(GridSampleInputGrad p, Operand g, Operand grid, Operand out) {
        long[] dense = new long[out.rank()];
        long numel = 1;
        for (int d = out.rank() - 1; d >= 0; d--) {
            dense[d] = numel;
            numel *= out.shape()[d];
        }
        var sums = new double[Math.toIntExact(numel)];
        var image = new Operand(out.dtype(), 0, out.shape(), dense);
        Walk.over(
                g.shape(),
                (at, o) -> {
                    double value = Cells.getDouble(g, at[0]);
                    long to = o[1] * dense[1];
                    visit(p.forward(), image, grid, o, (pixel, w, slopes) -> sums[(int) (to + pixel)] += w * value);
                },
                g.strides());
        Walk.over(out.shape(), (at, o) -> Cells.set(out, at[0], sums[(int) at[1]]), out.strides(), dense);
    }

    static void byGrid(GridSampleGridGrad p, Operand g, Operand x, Operand grid, Operand out) {
        int axes = x.rank() - 2;
        long[] points = out.shape().clone();
        points[axes + 1] = 1;
        Walk.over(
                points,
                (at, o) -> {
                    var sums = new double[axes];
                    var place = new long[axes + 2];
                    place[0] = o[0];
                    System.arraycopy(o, 1, place, 2, axes);
                    for (long c = 0; c < x.shape()[1]; c++) {
                        place[1] = c;
                        long from = c * x.strides()[1];
                        double value = Cells.getDouble(g, NaiveContractions.offset(g, place));
                        visit(
                                p.forward(),
                                x,
                                grid,
                                place,
                                (pixel, w, slopes) -> {
                                    for (int a = 0; a < axes; a++) {
                                        sums[a] += value * slopes[a] * Cells.getDouble(x, from + pixel);
                                    }
                                });
                    }
                    for (int a = 0; a < axes; a++) {
                        Cells.set(out, at[0] + a * out.strides()[axes + 1], sums[a]);
                    }
                },
                out.strides());
    }

    /** Visits the positions inside of the image that contribute to an output point. */
    private static void visit(GridSample p, Operand image, Operand grid, long[] place, Visit visit) {
        GridAxis[] axes = p.axes(image.shape(), grid.dtype());
        int n = axes.length;
        int taps = axes[0].taps();
        var index = new int[n][taps];
        var weight = new double[n][taps];
        var slope = new double[n][taps];
        long at = place[0] * grid.strides()[0];
        for (int d = 0; d < n; d++) {
            at += place[2 + d] * grid.strides()[1 + d];
        }
        for (int a = 0; a < n; a++) {
            double c = Cells.getDouble(grid, at + a * grid.strides()[n + 1]);
            axes[a].write(c, index[a], weight[a], slope[a], 0);
        }
        int combinations = (int) Math.pow(taps, n);
        for (int i = 0; i < combinations; i++) {
            long pixel = place[0] * image.strides()[0];
            boolean inside = true;
            double w = 1;
            var slopes = new double[n];
            java.util.Arrays.fill(slopes, 1);
            int rest = i;
            for (int a = 0; a < n; a++) {
                int k = rest % taps;
                rest /= taps;
                inside &= index[a][k] >= 0;
                pixel += index[a][k] * image.strides()[image.rank() - 1 - a];
                w *= weight[a][k];
                for (int b = 0; b < n; b++) {
                    slopes[b] *= a == b ? slope[a][k] : weight[a][k];
                }
            }
            if (inside) {
                visit.at(pixel, w, slopes);
            }
        }
    }
}
