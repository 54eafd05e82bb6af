package fathom.nn;

import fathom.Tensor;

/** The hyperbolic tangent. */
public final class Tanh extends BuiltInLayer {
    /** The activation. */
    public Tanh() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.tanh();
    }
}
