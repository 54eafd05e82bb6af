package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Ops;
import org.ejml.data.DMatrixRMaj;

/**
 * The solution X of {@code A X = B} for triangular A. Inputs: A [..., n, n], of which only one triangle is read, B
 * [..., n, k], with equal batch dimensions.
 *
 * @param upper whether the upper triangle rather than the lower one is read
 * @param unit whether the diagonal is taken to be ones
 */
public record TriangularSolve(boolean upper, boolean unit) implements LinearSystem {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor b = inputs[1];
        DMatrixRMaj[] right = Matrices.of(b);
        return Matrices.each(
                inputs[0],
                new long[][] {{b.size(-2), b.size(-1)}},
                (i, a) -> new DMatrixRMaj[] {substitute(a, right[i])});
    }

    /** Forward or back substitution, row by row, in the memory of {@code b}. */
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
    public Tensor solveTransposed(Tensor transposed, Tensor g) {
        return Ops.apply(new TriangularSolve(!upper, unit), transposed, g);
    }

    @Override
    public Tensor ofMatrix(Tensor ga) {
        int diagonal = unit ? 1 : 0;
        return upper ? ga.triu(diagonal) : ga.tril(-diagonal);
    }
}
