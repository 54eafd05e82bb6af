package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The self-normalising unit (Klambauer et al., 2017). */
public final class SELU extends BuiltInLayer {
    /** The activation. */
    public SELU() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.selu();
    }
}
