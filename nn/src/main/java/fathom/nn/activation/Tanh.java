package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The hyperbolic tangent. */
public final class Tanh extends BuiltInLayer {
    /** The activation. */
    public Tanh() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.tanh();
    }
}
