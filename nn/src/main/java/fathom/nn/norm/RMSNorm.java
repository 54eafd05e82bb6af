package fathom.nn.norm;

import static fathom.Tensors.ones;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import org.jspecify.annotations.Nullable;

/** Root-mean-square norm (Zhang and Sennrich, 2019): layer norm without mean subtraction and bias. */
public final class RMSNorm extends BuiltInLayer {
    /** The learned scale, of the normalised shape; initialised to ones. */
    public final Tensor weight;

    private final @Nullable Double eps;

    /** Over the last dimensions, which have these extents; eps is the machine epsilon of the input's type. */
    public RMSNorm(long... normalizedShape) {
        weight = parameter(ones(normalizedShape));
        eps = null;
    }

    /** Over the last dimension. */
    public RMSNorm(long normalizedShape, double eps) {
        weight = parameter(ones(normalizedShape));
        this.eps = eps;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.rmsNorm(x, weight.shape().dims(), weight, eps == null ? epsilon(x.dtype()) : eps);
    }

    private static double epsilon(DType t) {
        return switch (t) {
            case FLOAT64 -> Math.ulp(1.0);
            case BFLOAT16 -> 0x1p-7;
            case FLOAT16 -> 0x1p-10;
            default -> Math.ulp(1f);
        };
    }

    @Override
    protected String extraRepr() {
        return "%s, eps=%s, elementwise_affine=True"
                .formatted(Reprs.tuple(weight.shape().dims()), eps == null ? "None" : Reprs.number(eps));
    }
}
