package fathom.linalg;

import fathom.Tensor;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.decomposition.lu.LUDecompositionBase_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/** The solution X of {@code A X = B}. Inputs: A [..., n, n], B [..., n, k], with equal batch dimensions. */
public record Solve() implements LinearSystem {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor b = inputs[1];
        DMatrixRMaj[] right = Matrices.of(b);
        return Matrices.each(
                inputs[0],
                new long[][] {{b.size(-2), b.size(-1)}},
                (i, m) -> {
                    var solver = LinearSolverFactory_DDRM.lu(m.numRows);
                    var out = new DMatrixRMaj(m.numRows, right[i].numCols);
                    boolean finite = !MatrixFeatures_DDRM.hasUncountable(m);
                    boolean finiteSides = !MatrixFeatures_DDRM.hasUncountable(right[i]);
                    boolean regular = finite && solver.setA(m) && hasPivots(solver);
                    if (regular) {
                        solver.solve(right[i], out);
                    }
                    if (!finite) {
                        CommonOps_DDRM.fill(out, Double.NaN);
                    } else if (!regular || finiteSides && MatrixFeatures_DDRM.hasUncountable(out)) {
                        throw Matrices.failure("solve", i, "singular");
                    }
                    return new DMatrixRMaj[] {out};
                });
    }

    /**
     * {@return whether no pivot is 0; the solver's own quality, a product of all pivots, underflows for large matrices}
     */
    private static boolean hasPivots(LinearSolverDense<DMatrixRMaj> solver) {
        DMatrixRMaj lu = solver.<LUDecompositionBase_DDRM>getDecomposition().getLU();
        for (int i = 0; i < lu.numRows; i++) {
            if (lu.get(i, i) == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Tensor solveTransposed(Tensor transposed, Tensor g) {
        return transposed.solve(g);
    }
}
