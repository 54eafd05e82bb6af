package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Eigenvalues [..., n] and eigenvectors [..., n, n], as columns of norm 1, of square matrices with real eigenvalues.
 *
 * @param operation the name in error messages
 */
public record GeneralEigen(String operation) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long n = inputs[0].size(-1);
        return Matrices.each(inputs[0], new long[][] {{n}, {n, n}}, this::decompose);
    }

    private DMatrixRMaj[] decompose(int number, DMatrixRMaj a) {
        var schur = new RealSchur(operation, number, a);
        return new DMatrixRMaj[] {schur.values(), schur.vectors()};
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /**
     * {@code V^-T (diag(gw) + (V^T gV - V^T V diag(V^T gV)) / (w_j - w_i)) V^T}, with vectors of norm 1. Infinite if
     * eigenvalues coincide and the gradient depends on the vectors.
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor w = tape.output(0);
        Tensor v = tape.output(1);
        Tensor gw = gradOutputs[0];
        Tensor gv = gradOutputs[1];
        Tensor vt = Matrices.t(v);
        Tensor inner = Matrices.byDiagonal(gw, w);
        if (gv != null) {
            Tensor turn = vt.matmul(gv);
            Tensor stretch = turn.diagonal(0, -2, -1).unsqueeze(-2);
            Tensor beside = turn.sub(vt.matmul(v).mul(stretch)).div(Matrices.gaps(w));
            inner = inner.add(beside.maskedFill(Matrices.diagonal(w), 0));
        }
        return new @Nullable Tensor[] {vt.solve(inner.matmul(vt))};
    }
}
