package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x / 6 + 1/2, clamped to [0, 1]. */
public final class Hardsigmoid extends BuiltInLayer {
    /** The activation. */
    public Hardsigmoid() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.hardsigmoid();
    }
}
