package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The logarithm of the sigmoid, computed without overflow. */
public final class LogSigmoid extends BuiltInLayer {
    /** The activation. */
    public LogSigmoid() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x.logsigmoid();
    }
}
