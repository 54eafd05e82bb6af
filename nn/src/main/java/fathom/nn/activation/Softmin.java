package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** Softmax of -x along a dimension. */
public final class Softmin extends BuiltInLayer {
    private final int dim;

    /**
     * With the given {@code dim}.
     *
     * @param dim the dimension
     */
    public Softmin(int dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.neg().softmax(dim);
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
