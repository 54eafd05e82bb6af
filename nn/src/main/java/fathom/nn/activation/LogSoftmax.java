package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The logarithm of softmax along a dimension, computed without it. */
public final class LogSoftmax extends BuiltInLayer {
    private final int dim;

    /**
     * The activation with these settings.
     *
     * @param dim the dimension
     */
    public LogSoftmax(int dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.logSoftmax(dim);
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
