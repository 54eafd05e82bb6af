package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Eigenvalues [..., n] in ascending order and orthonormal eigenvectors [..., n, n], as columns, of symmetric matrices.
 */
public record Eigen() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long n = inputs[0].size(-1);
        return Matrices.each(
                inputs[0],
                new long[][] {{n}, {n, n}},
                (i, a) -> {
                    int size = a.numRows;
                    Matrices.requireFinite("eigh", i, a);
                    for (int r = 0; r < size; r++) {
                        for (int c = r + 1; c < size; c++) {
                            a.set(r, c, a.get(c, r)); // only the lower triangle is used
                        }
                    }
                    var eigen = DecompositionFactory_DDRM.eig(size, true, true);
                    if (!eigen.decompose(a)) {
                        throw Matrices.failure("eigh", i, "not decomposed: the iteration did not converge");
                    }
                    int[] order =
                            IntStream.range(0, size)
                                    .boxed()
                                    .sorted((p, q) ->
                                            Double.compare(
                                                    eigen.getEigenvalue(p).getReal(), eigen.getEigenvalue(q).getReal()))
                                    .mapToInt(k -> k)
                                    .toArray();
                    var values = new DMatrixRMaj(size, 1);
                    var vectors = new DMatrixRMaj(size, size);
                    for (int c = 0; c < size; c++) {
                        values.set(c, eigen.getEigenvalue(order[c]).getReal());
                        DMatrixRMaj v = eigen.getEigenVector(order[c]);
                        for (int r = 0; r < size; r++) {
                            vectors.set(r, c, v.get(r));
                        }
                    }
                    return new DMatrixRMaj[] {values, vectors};
                });
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /**
     * {@code V (diag(gw) + skew(V^T gV) / (w_j - w_i)) V^T} with {@code skew(x) = (x - x^T) / 2}: symmetric, as the
     * input is. Infinite if eigenvalues coincide and the gradient depends on the vectors.
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor w = tape.output(0);
        Tensor v = tape.output(1);
        Tensor gw = gradOutputs[0];
        Tensor gv = gradOutputs[1];
        Tensor inner = Matrices.byDiagonal(gw, w);
        if (gv != null) {
            Tensor turn = Matrices.t(v).matmul(gv);
            Tensor skew = turn.sub(Matrices.t(turn)).mul(0.5);
            inner = inner.add(skew.div(Matrices.gaps(w)));
        }
        return new @Nullable Tensor[] {v.matmul(inner).matmul(Matrices.t(v))};
    }
}
