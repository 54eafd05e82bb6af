package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/**
 * The scaled exponential linear unit (Klambauer et al., 2017): {@code scale * elu(x, alpha)}, with constants under
 * which activations normalise themselves.
 */
public final class SELU extends BuiltInLayer {
    /** The activation. */
    public SELU() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.selu();
    }
}
