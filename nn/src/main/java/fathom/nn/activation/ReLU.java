package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** max(0, x), the rectified linear unit (Nair and Hinton, 2010). */
public final class ReLU extends BuiltInLayer {
    /** The activation. */
    public ReLU() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.relu();
    }
}
