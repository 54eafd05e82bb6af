package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x tanh(softplus(x)) (Misra, 2019). */
public final class Mish extends BuiltInLayer {
    /** The activation. */
    public Mish() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.mish();
    }
}
