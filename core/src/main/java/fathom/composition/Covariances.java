package fathom.composition;

import static fathom.KeepDim.KEEP_DIM;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.ir.Exprs;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Covariances and correlations of the rows of a matrix. */
public final class Covariances {
    private Covariances() {}

    public static Tensor cov(Tensor given, int correction, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        if (given.dim() > 2 || given.dtype() == DType.BOOL) {
            throw new IllegalArgumentException(
                    "cov: expected at most 2 dimensions, variables and observations, of numbers, not shape %s of %s"
                            .formatted(given.shape(), given.dtype()));
        }
        DType type = given.dtype().toFloating();
        DType t = Exprs.wide(type);
        Tensor x = (given.dim() < 2 ? given.reshape(1, -1) : given).to(t);
        Tensor weights = weights(x.size(1), t, fweights, aweights);
        Tensor centred;
        Tensor c;
        if (weights == null) {
            centred = x.sub(x.mean(1, KEEP_DIM));
            c = centred.matmul(centred.t()).div(Math.max(0, x.size(1) - correction));
        } else {
            Tensor sum = weights.sum();
            centred = x.sub(x.mul(weights).sum(1, KEEP_DIM).div(sum));
            Tensor lost =
                    aweights == null ? x.newFull(correction, t) : weights.mul(aweights).sum().div(sum).mul(correction);
            c = centred.mul(weights).matmul(centred.t()).div(sum.sub(lost).clampMin(0));
        }
        return c.to(TensorAccess.cast(OperationKind.STATISTICS, type)).squeeze();
    }

    /** {@return the product of both weights; null if there are none} */
    private static @Nullable Tensor weights(
            long observations, DType t, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        if (fweights == null && aweights == null) {
            return null;
        }
        Tensor weights = null;
        if (fweights != null) {
            check("fweights", fweights, "integers", fweights.dtype().isIntegral(), observations);
            weights = fweights.to(t);
        }
        if (aweights != null) {
            check("aweights", aweights, "floating numbers", aweights.dtype().isFloating(), observations);
            weights = weights == null ? aweights.to(t) : weights.mul(aweights);
        }
        if (weights != null && observations > 0) {
            Ops.check(
                    weights.detach().sum(),
                    sum -> {
                        if (sum == 0) {
                            throw new IllegalArgumentException("cov: the weights sum to 0");
                        }
                    });
        }
        return weights;
    }

    private static void check(String name, Tensor weights, String what, boolean fits, long observations) {
        if (!fits || weights.dim() > 1 || weights.numel() != observations) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "cov: expected %s as %d %s in one dimension, one per observation, not shape %s of %s",
                            name,
                            observations,
                            what,
                            weights.shape(),
                            weights.dtype()));
        }
        if (observations > 0) {
            Ops.check(
                    weights.detach().min(),
                    least -> {
                        if (least < 0) {
                            throw new IllegalArgumentException(
                                    "cov: %s must not be negative: %s".formatted(name, least));
                        }
                    });
        }
    }

    public static Tensor corrcoef(Tensor x) {
        if (x.dim() > 2) {
            throw new IllegalArgumentException(
                    "corrcoef: expected at most 2 dimensions, variables and observations, not shape " + x.shape());
        }
        Tensor c = x.cov();
        if (c.dim() == 0) {
            return c.div(c); // NaN for a constant
        }
        Tensor deviations = c.diagonal().sqrt();
        return c.div(deviations.unsqueeze(1)).div(deviations.unsqueeze(0)).clamp(-1, 1);
    }
}
