package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.jspecify.annotations.Nullable;

/** The Cholesky decomposition: lower triangular L with {@code L L^T} equal to the symmetric positive definite input. */
public record Cholesky() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long n = inputs[0].size(-1);
        return Matrices.each(
                inputs[0],
                new long[][] {{n, n}},
                (i, m) -> {
                    Matrices.requireFinite("cholesky", i, m);
                    var factors = DecompositionFactory_DDRM.chol(m.numRows, true);
                    if (!factors.decompose(m)) {
                        throw Matrices.failure("cholesky", i, "not symmetric positive definite");
                    }
                    return new DMatrixRMaj[] {factors.getT(null)};
                });
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /**
     * The symmetric gradient {@code L^-T phi(L^T g) L^-1}, phi taking the lower triangle with half the diagonal.
     *
     * @see <a href="https://arxiv.org/abs/1602.07527">Murray, Differentiation of the Cholesky decomposition</a>
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor l = tape.output(0);
        Tensor p = Matrices.t(l).matmul(gradOutputs[0].tril()).tril();
        p = p.add(Matrices.t(p.tril(-1))).mul(0.5); // the symmetrised phi: lower half over two, mirrored
        Tensor inverse = l.inv();
        return new @Nullable Tensor[] {Matrices.t(inverse).matmul(p).matmul(inverse)};
    }
}
