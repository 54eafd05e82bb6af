package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * The minimum-norm X that minimises {@code |A X - B|}, and the singular values of A. Inputs: A [..., m, n], B [..., m,
 * k], with equal batch dimensions. The singular values are not differentiable here.
 *
 * @param cutoff which singular values are treated as 0
 */
public record LeastSquares(Cutoff cutoff) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor a = inputs[0];
        Tensor b = inputs[1];
        long n = a.size(-1);
        DMatrixRMaj[] right = Matrices.of(b);
        return Matrices.each(
                a,
                new long[][] {{n, b.size(-1)}, {Math.min(a.size(-2), n)}},
                (i, matrix) -> {
                    var svd = ThinSvd.of("lstsq", i, matrix);
                    var x = new DMatrixRMaj(matrix.numCols, right[i].numCols);
                    CommonOps_DDRM.mult(svd.pseudoInverse(cutoff), right[i], x);
                    return new DMatrixRMaj[] {x, svd.s()};
                });
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 || needsGrad.needsGrad(0);
    }

    /** The gradient of the product of the pseudo-inverse with B. */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        if (g == null) {
            return new @Nullable Tensor[2];
        }
        Tensor a = tape.input(0);
        Tensor p = Ops.apply(new PseudoInverse(cutoff), a);
        Tensor byA = tape.needsGrad(0) ? PseudoInverse.adjoint(a, p, g.matmul(Matrices.t(tape.input(1)))) : null;
        return new @Nullable Tensor[] {byA, tape.needsGrad(1) ? Matrices.t(p).matmul(g) : null};
    }
}
