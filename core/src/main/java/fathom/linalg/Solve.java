package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.jspecify.annotations.Nullable;

/** X of {@code A X = B}. Inputs: A [..., n, n], B [..., n, k], with equal batch dimensions. */
public record Solve() implements Composed {
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
    public boolean savesInput(int i, Wants wants) {
        return i == 0;
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
        return wants.wants(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor gb = Matrices.t(tape.input(0)).solve(gradOutputs[0]);
        Tensor ga = tape.wants(0) ? gb.matmul(Matrices.t(tape.output(0))).neg() : null;
        return new @Nullable Tensor[] {ga, gb};
    }
}
