package fathom.linalg;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/** Determinants of square matrices. */
public record Determinant() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        return Matrices.each(
                inputs[0],
                new long[][] {{}},
                new double[] {1},
                (i, m) -> new DMatrixRMaj[] {Matrices.number(CommonOps_DDRM.det(m))});
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
     * The matrix of cofactors: the determinant times the transposed inverse or, for singular matrices, computed from
     * the singular value decomposition.
     */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor a = tape.input(0);
        Tensor det = tape.output(0);
        Tensor g = gradOutputs[0].unsqueeze(-1).unsqueeze(-1);
        if (!det.detach().eq(0).any().itemBoolean()) {
            return new @Nullable Tensor[] {g.mul(det.unsqueeze(-1).unsqueeze(-1)).mul(Matrices.t(a.inv()))};
        }
        var f = a.svd();
        long n = a.size(-1);
        // the product of all singular values except one
        Tensor others = f.s().unsqueeze(-2).maskedFill(Tensors.eye(n, n, a.dtype()).toBool(), 1).prod(-1);
        Tensor sign = f.u().det().mul(f.vh().det()).unsqueeze(-1).unsqueeze(-1);
        Tensor cofactors = f.u().mul(others.unsqueeze(-2)).matmul(f.vh()).mul(sign);
        return new @Nullable Tensor[] {g.mul(cofactors)};
    }
}
