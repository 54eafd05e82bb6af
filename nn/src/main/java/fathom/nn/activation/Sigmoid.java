package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The sigmoid (logistic function), {@code 1 / (1 + exp(-x))}. */
public final class Sigmoid extends BuiltInLayer {
    /** The activation. */
    public Sigmoid() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.sigmoid();
    }
}
