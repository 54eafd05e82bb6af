package fathom.linalg;

import fathom.Tensor;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;

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
                    boolean regular = finite && solver.setA(m) && solver.quality() > 0;
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

    @Override
    public Tensor solveTransposed(Tensor transposed, Tensor g) {
        return transposed.solve(g);
    }
}
