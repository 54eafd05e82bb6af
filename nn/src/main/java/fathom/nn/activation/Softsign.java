package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x / (1 + |x|). */
public final class Softsign extends BuiltInLayer {
    /** The activation. */
    public Softsign() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.softsign();
    }
}
