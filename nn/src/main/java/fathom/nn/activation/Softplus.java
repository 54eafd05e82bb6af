package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** log(1 + exp(beta x)) / beta, a smooth ReLU. */
public final class Softplus extends BuiltInLayer {
    private final double beta;
    private final double threshold;

    /** With PyTorch's defaults: beta 1, threshold 20. */
    public Softplus() {
        this(1, 20);
    }

    /**
     * With the given {@code beta} and {@code threshold}.
     *
     * @param beta the sharpness: the greater, the nearer to ReLU
     * @param threshold the result is x where {@code beta x} exceeds it, for numerical stability
     */
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.softplus(beta, threshold);
    }

    @Override
    protected String extraRepr() {
        return "beta=%s, threshold=%s".formatted(Reprs.wholeOrNumber(beta), Reprs.wholeOrNumber(threshold));
    }
}
