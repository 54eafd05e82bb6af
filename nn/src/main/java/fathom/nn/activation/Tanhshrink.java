package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x - tanh(x). */
public final class Tanhshrink extends BuiltInLayer {
    /** The activation. */
    public Tanhshrink() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.tanhshrink();
    }
}
