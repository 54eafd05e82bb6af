package fathom.linalg;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.jspecify.annotations.Nullable;

/** The QR decomposition: orthonormal Q [..., m, k] and upper triangular R [..., k, n] of [..., m, n], k = min(m, n). */
public record QrFactors() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long m = inputs[0].size(-2);
        long n = inputs[0].size(-1);
        long k = Math.min(m, n);
        return Matrices.each(
                inputs[0],
                new long[][] {{m, k}, {k, n}},
                (i, a) -> {
                    var factors = DecompositionFactory_DDRM.qr(a.numRows, a.numCols);
                    factors.decompose(a); // false only means that a column is zero: the factors are valid
                    return new DMatrixRMaj[] {factors.getQ(null, true), factors.getR(null, true)};
                });
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /**
     * For wide matrices [X Y] = Q [U V], V is Q^T Y, and the remaining gradient is that of X = Q U.
     *
     * @see <a href="https://arxiv.org/abs/2009.10071">Roberts and Roberts, QR and LQ decomposition matrix
     *     backpropagation algorithms</a>
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor a = tape.input(0);
        Tensor q = tape.output(0);
        Tensor r = tape.output(1);
        Tensor gq = gradOutputs[0] == null ? Tensors.zerosLike(q) : gradOutputs[0];
        Tensor gr = gradOutputs[1] == null ? Tensors.zerosLike(r) : gradOutputs[1];
        long m = a.size(-2);
        long n = a.size(-1);
        if (m >= n) {
            return new @Nullable Tensor[] {tall(q, r, gq, gr)};
        }
        Tensor y = a.narrow(-1, m, n - m);
        Tensor gv = gr.narrow(-1, m, n - m);
        Tensor gx = tall(q, r.narrow(-1, 0, m), gq.add(y.matmul(Matrices.t(gv))), gr.narrow(-1, 0, m));
        return new @Nullable Tensor[] {Tensors.cat(List.of(gx, q.matmul(gv)), -1)};
    }

    private static Tensor tall(Tensor q, Tensor r, Tensor gq, Tensor gr) {
        Tensor m = r.matmul(Matrices.t(gr)).sub(Matrices.t(gq).matmul(q));
        Tensor lower = m.tril();
        Tensor mirrored = lower.add(Matrices.t(m.tril(-1)));
        Tensor b = gq.add(q.matmul(mirrored));
        // b R^-T, as the solution of R X^T = b^T
        return Matrices.t(r.solve(Matrices.t(b)));
    }
}
