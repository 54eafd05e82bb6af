package fathom.nn.activation;

import static fathom.Tensors.full;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x, or a learned multiple of x below zero (He et al., 2015). */
public final class PReLU extends BuiltInLayer {
    /** The factor below zero, {@code [1]} or one per channel. */
    public final Tensor weight;

    /** One factor for all channels, initialised to 0.25. */
    public PReLU() {
        this(1, 0.25);
    }

    /**
     * One factor, or one per channel; channels are dimension 1.
     *
     * @param numParameters 1, or the number of channels
     * @param init the initial value of the factors
     */
    public PReLU(int numParameters, double init) {
        weight = parameter(full(new long[] {numParameters}, init));
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.prelu(weight);
    }

    @Override
    protected String extraRepr() {
        return "num_parameters=" + weight.numel();
    }
}
