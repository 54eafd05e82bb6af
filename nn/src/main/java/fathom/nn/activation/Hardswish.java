package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x times {@code hardsigmoid(x)} (Howard et al., 2019). */
public final class Hardswish extends BuiltInLayer {
    /** The activation. */
    public Hardswish() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.hardswish();
    }
}
