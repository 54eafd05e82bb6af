package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x, or {@code alpha (exp(x) - 1)} below zero (Clevert et al., 2015). */
public final class ELU extends BuiltInLayer {
    private final double alpha;

    /** With PyTorch's defaults: alpha 1.0. */
    public ELU() {
        this(1.0);
    }

    /**
     * With the given {@code alpha}.
     *
     * @param alpha minus the limit at minus infinity
     */
    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.elu(alpha);
    }

    @Override
    protected String extraRepr() {
        return "alpha=" + Reprs.number(alpha);
    }
}
