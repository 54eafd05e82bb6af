package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The logarithm of softmax along a dimension, computed directly (log-sum-exp) so that it does not overflow. */
public final class LogSoftmax extends BuiltInLayer {
    private final int dim;

    /**
     * With the given {@code dim}.
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
