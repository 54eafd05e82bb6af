package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Moore-Penrose pseudo-inverses, [..., m, n] to [..., n, m].
 *
 * @param cutoff which singular values are treated as 0
 */
public record PseudoInverse(Cutoff cutoff) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long m = inputs[0].size(-2);
        long n = inputs[0].size(-1);
        return Matrices.each(
                inputs[0],
                new long[][] {{n, m}},
                (i, a) -> new DMatrixRMaj[] {ThinSvd.of("pinv", i, a).pseudoInverse(cutoff)});
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return new @Nullable Tensor[] {adjoint(tape.input(0), tape.output(0), gradOutputs[0])};
    }

    /**
     * The gradient of A, given that of its pseudo-inverse P, for constant rank: {@code -P^T G P^T + (I - A P) G^T P P^T
     * + P^T P G^T (I - P A)}.
     *
     * @see <a href="https://doi.org/10.1137/0710036">Golub and Pereyra, The differentiation of pseudo-inverses and
     *     nonlinear least squares problems whose variables separate</a>
     */
    static Tensor adjoint(Tensor a, Tensor p, Tensor g) {
        Tensor pt = Matrices.t(p);
        Tensor gt = Matrices.t(g);
        Tensor inner = pt.matmul(g).matmul(pt).neg();
        Tensor left = gt.sub(a.matmul(p.matmul(gt))).matmul(p).matmul(pt);
        Tensor right = pt.matmul(p.matmul(gt.sub(gt.matmul(p).matmul(a))));
        return inner.add(left).add(right);
    }
}
