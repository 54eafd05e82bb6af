package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x nearer to zero by lambda, zero within. */
public final class Softshrink extends BuiltInLayer {
    private final double lambda;

    /** As PyTorch's defaults: lambda 0.5. */
    public Softshrink() {
        this(0.5);
    }

    /**
     * The activation with these settings.
     *
     * @param lambda the distance
     */
    public Softshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.softshrink(lambda);
    }

    @Override
    protected String extraRepr() {
        return Reprs.number(lambda);
    }
}
