package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * The singular value decomposition: U [..., m, k], S [..., k] in descending order, Vh [..., k, n] of [..., m, n], k =
 * min(m, n).
 */
public record SingularValues() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long m = inputs[0].size(-2);
        long n = inputs[0].size(-1);
        long k = Math.min(m, n);
        return Matrices.each(
                inputs[0],
                new long[][] {{m, k}, {k}, {k, n}},
                (i, a) -> {
                    var svd = ThinSvd.of("svd", i, a);
                    return new DMatrixRMaj[] {svd.u(), svd.s(), svd.vt()};
                });
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /**
     * The gradient; infinite if singular values coincide and it depends on the vectors, as mathematics requires.
     *
     * @see <a href="https://people.maths.ox.ac.uk/gilesm/files/NA-08-01.pdf">Giles, An extended collection of matrix
     *     derivative results</a>
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor u = tape.output(0);
        Tensor s = tape.output(1);
        Tensor vh = tape.output(2);
        Tensor gu = gradOutputs[0];
        Tensor gs = gradOutputs[1];
        Tensor gvh = gradOutputs[2];
        Tensor inner = Matrices.byDiagonal(gs, s);
        Tensor gaps = Matrices.gaps(s.square());
        Tensor grad = null;
        if (gu != null) {
            Tensor x = Matrices.t(u).matmul(gu);
            inner = inner.add(x.sub(Matrices.t(x)).div(gaps).mul(s.unsqueeze(-2)));
            if (u.size(-2) > s.size(-1)) {
                Tensor beyond = gu.sub(u.matmul(x)).div(s.unsqueeze(-2));
                grad = beyond.matmul(vh);
            }
        }
        if (gvh != null) {
            Tensor x = vh.matmul(Matrices.t(gvh));
            inner = inner.add(s.unsqueeze(-1).mul(x.sub(Matrices.t(x)).div(gaps)));
            if (vh.size(-1) > s.size(-1)) {
                Tensor beyond = gvh.sub(Matrices.t(x).matmul(vh)).div(s.unsqueeze(-1));
                Tensor part = u.matmul(beyond);
                grad = grad == null ? part : grad.add(part);
            }
        }
        Tensor whole = u.matmul(inner).matmul(vh);
        return new @Nullable Tensor[] {grad == null ? whole : whole.add(grad)};
    }
}
