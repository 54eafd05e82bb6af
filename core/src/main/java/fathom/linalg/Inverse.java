package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Inverses of square matrices.
 *
 * @param infinite whether singular matrices have an infinite inverse rather than cause an error
 */
public record Inverse(boolean infinite) implements Composed {
    /** Inverses that reject singular matrices. */
    public Inverse() {
        this(false);
    }

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor a = inputs[0];
        long n = a.size(-1);
        return Matrices.each(
                a,
                new long[][] {{n, n}},
                (i, m) -> {
                    var out = new DMatrixRMaj(m.numRows, m.numCols);
                    boolean finite = !MatrixFeatures_DDRM.hasUncountable(m);
                    boolean singular = !CommonOps_DDRM.invert(m, out) || MatrixFeatures_DDRM.hasUncountable(out);
                    if (!finite) {
                        CommonOps_DDRM.fill(out, Double.NaN);
                    } else if (singular && infinite) {
                        CommonOps_DDRM.fill(out, Double.POSITIVE_INFINITY);
                    } else if (singular) {
                        throw Matrices.failure("inv", i, "singular and has no inverse");
                    }
                    return new DMatrixRMaj[] {out};
                });
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor y = Matrices.t(tape.output(0));
        return new @Nullable Tensor[] {y.matmul(gradOutputs[0]).matmul(y).neg()};
    }
}
