package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x, or a small multiple of x below zero (Maas et al., 2013). */
public final class LeakyReLU extends BuiltInLayer {
    private final double negativeSlope;

    /** With PyTorch's defaults: negativeSlope 0.01. */
    public LeakyReLU() {
        this(0.01);
    }

    /**
     * With the given {@code negativeSlope}.
     *
     * @param negativeSlope the factor below zero
     */
    public LeakyReLU(double negativeSlope) {
        this.negativeSlope = negativeSlope;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.leakyRelu(negativeSlope);
    }

    @Override
    protected String extraRepr() {
        return "negative_slope=" + Reprs.number(negativeSlope);
    }
}
