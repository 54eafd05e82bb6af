package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x, zero within lambda. */
public final class Hardshrink extends BuiltInLayer {
    private final double lambda;

    /** As PyTorch's defaults: lambda 0.5. */
    public Hardshrink() {
        this(0.5);
    }

    /**
     * The activation with these settings.
     *
     * @param lambda the distance
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
