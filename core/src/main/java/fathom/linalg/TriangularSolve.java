package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * X of {@code A X = B} for triangular A. Inputs: A [..., n, n], of which one triangle is looked at, B [..., n, k], with
 * equal batch dimensions.
 *
 * @param upper the upper triangle rather than the lower one
 * @param unit whether the diagonal counts as ones
 */
public record TriangularSolve(boolean upper, boolean unit) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor b = inputs[1];
        DMatrixRMaj[] right = Matrices.of(b);
        return Matrices.each(
                inputs[0],
                new long[][] {{b.size(-2), b.size(-1)}},
                (i, a) -> new DMatrixRMaj[] {substitute(a, right[i])});
    }

    /** Row by row, from that with one unknown on; in the memory of {@code b}. */
    private DMatrixRMaj substitute(DMatrixRMaj a, DMatrixRMaj b) {
        int n = a.numRows;
        int columns = b.numCols;
        double[] x = b.data;
        for (int step = 0; step < n; step++) {
            int row = upper ? n - 1 - step : step;
            for (int k = upper ? row + 1 : 0; k < (upper ? n : row); k++) {
                double factor = a.get(row, k);
                for (int c = 0; c < columns; c++) {
                    x[row * columns + c] -= factor * x[k * columns + c];
                }
            }
            for (int c = 0; c < columns && !unit; c++) {
                x[row * columns + c] /= a.get(row, row);
            }
        }
        return b;
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 0;
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
        return wants.wants(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor transposed = Matrices.t(tape.input(0));
        Tensor gb = Ops.apply(new TriangularSolve(!upper, unit), transposed, gradOutputs[0]);
        if (!tape.wants(0)) {
            return new @Nullable Tensor[] {null, gb};
        }
        Tensor ga = gb.matmul(Matrices.t(tape.output(0))).neg();
        int diagonal = unit ? 1 : 0;
        return new @Nullable Tensor[] {upper ? ga.triu(diagonal) : ga.tril(-diagonal), gb};
    }
}
