package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** min(max(0, x), 6). */
public final class ReLU6 extends BuiltInLayer {
    /** The activation. */
    public ReLU6() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.relu6();
    }
}
