package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** Exponentials divided by their sum along a dimension. */
public final class Softmax extends BuiltInLayer {
    private final int dim;

    /**
     * With the given {@code dim}.
     *
     * @param dim the dimension
     */
    public Softmax(int dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.softmax(dim);
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
