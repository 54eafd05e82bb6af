package fathom.testkit;

import fathom.primitive.Operand;
import fathom.primitive.indexing.SparseRows;
import fathom.primitive.window.Resample;

/** Resampling, position by position. */
final class NaiveResampling {
    private NaiveResampling() {}

    static void resample(Resample p, Operand x, Operand y) {
        var weights = new SparseRows[p.axes().size()];
        for (int a = 0; a < weights.length; a++) {
            weights[a] = p.weights(a);
        }
        Walk.over(
                y.shape(),
                (at, o) -> {
                    long from = o[0] * x.strides()[0] + o[1] * x.strides()[1];
                    Cells.set(y, at[0], sum(x, weights, 0, o, from));
                },
                y.strides());
    }

    private static double sum(Operand x, SparseRows[] weights, int axis, long[] o, long from) {
        if (axis == weights.length) {
            return Cells.getDouble(x, from);
        }
        SparseRows w = weights[axis];
        int row = (int) o[2 + axis];
        double sum = 0;
        for (int k = w.starts()[row]; k < w.starts()[row + 1]; k++) {
            sum += w.weights()[k] * sum(x, weights, axis + 1, o, from + w.columns()[k] * x.strides()[2 + axis]);
        }
        return sum;
    }
}
