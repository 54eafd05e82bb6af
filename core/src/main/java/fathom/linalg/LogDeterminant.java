package fathom.linalg;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.lu.LUDecompositionAlt_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Signs [...] and logarithms of absolute values [...] of the determinants of square matrices, from the pivots: accurate
 * even where the determinant itself would overflow or underflow.
 */
public record LogDeterminant() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        return Matrices.each(
                inputs[0],
                new long[][] {{}, {}},
                new double[] {1, 0},
                (i, m) -> {
                    var factors = new LUDecompositionAlt_DDRM();
                    factors.decompose(m);
                    double sign = parity(factors.getPivot(), m.numRows);
                    double log = 0;
                    for (int k = 0; k < m.numRows; k++) {
                        double pivot = factors.getLU().get(k, k);
                        sign *= Math.signum(pivot);
                        log += Math.log(Math.abs(pivot));
                    }
                    return new DMatrixRMaj[] {Matrices.number(sign), Matrices.number(log)};
                });
    }

    /** {@return 1 for an even permutation, -1 for an odd one} */
    private static int parity(int[] order, int n) {
        int sign = 1;
        var seen = new boolean[n];
        for (int start = 0; start < n; start++) {
            // a cycle of length k consists of k - 1 transpositions
            for (int k = order[start]; !seen[start] && k != start; k = order[k]) {
                seen[k] = true;
                sign = -sign;
            }
        }
        return sign;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return i == 0;
    }

    /** The transposed inverse for the logarithm, zero for the sign; NaN for singular matrices. */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor a = tape.input(0);
        Tensor g = gradOutputs[1];
        if (g == null) {
            return new @Nullable Tensor[] {Tensors.zerosLike(a)};
        }
        Tensor singular = tape.output(0).detach().eq(0).unsqueeze(-1).unsqueeze(-1);
        long n = a.size(-1);
        // one singular matrix must not spoil the gradients of the others in its batch
        Tensor inverse = Tensors.eye(n, n, a.dtype()).where(singular, a).inv();
        Tensor slope = Matrices.t(inverse).where(singular.logicalNot(), Double.NaN);
        return new @Nullable Tensor[] {g.unsqueeze(-1).unsqueeze(-1).mul(slope)};
    }
}
