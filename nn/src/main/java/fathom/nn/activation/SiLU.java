package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The sigmoid linear unit, {@code x sigmoid(x)} (Elfwing et al., 2017), also named Swish. */
public final class SiLU extends BuiltInLayer {
    /** The activation. */
    public SiLU() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.silu();
    }
}
