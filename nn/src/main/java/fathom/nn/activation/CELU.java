package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x, or {@code alpha (exp(x / alpha) - 1)} below zero (Barron, 2017). */
public final class CELU extends BuiltInLayer {
    private final double alpha;

    /** As PyTorch's defaults: alpha 1.0. */
    public CELU() {
        this(1.0);
    }

    /**
     * The activation with these settings.
     *
     * @param alpha what it tends to below zero, negated
     */
    public CELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.celu(alpha);
    }

    @Override
    protected String extraRepr() {
        return "alpha=" + Reprs.number(alpha);
    }
}
