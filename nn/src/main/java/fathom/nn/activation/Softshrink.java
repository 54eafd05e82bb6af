package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x moved towards 0 by lambda, and 0 where {@code |x| <= lambda}. */
public final class Softshrink extends BuiltInLayer {
    private final double lambda;

    /** With PyTorch's defaults: lambda 0.5. */
    public Softshrink() {
        this(0.5);
    }

    /**
     * With the given {@code lambda}.
     *
     * @param lambda the threshold
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
