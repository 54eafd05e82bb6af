package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x where {@code |x| > lambda}, else 0. */
public final class Hardshrink extends BuiltInLayer {
    private final double lambda;

    /** With PyTorch's defaults: lambda 0.5. */
    public Hardshrink() {
        this(0.5);
    }

    /**
     * With the given {@code lambda}.
     *
     * @param lambda the threshold
     */
    public Hardshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.hardshrink(lambda);
    }

    @Override
    protected String extraRepr() {
        return Reprs.number(lambda);
    }
}
