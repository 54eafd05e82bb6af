package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x, or {@code alpha (exp(x / alpha) - 1)} below zero (Barron, 2017). */
public final class CELU extends BuiltInLayer {
    private final double alpha;

    /** With PyTorch's defaults: alpha 1.0. */
    public CELU() {
        this(1.0);
    }

    /**
     * With the given {@code alpha}.
     *
     * @param alpha minus the limit at minus infinity
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
