package fathom.nn;

import fathom.Tensor;

/** x times its hard logistic function (Howard et al., 2019). */
public final class Hardswish extends BuiltInLayer {
    /** The activation. */
    public Hardswish() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.hardswish();
    }
}
