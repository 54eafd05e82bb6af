package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The gated linear unit (Dauphin et al., 2016): the first half of a dimension times the sigmoid of the second. */
public final class GLU extends BuiltInLayer {
    private final int dim;

    /** With PyTorch's defaults: dim -1. */
    public GLU() {
        this(-1);
    }

    /**
     * With the given {@code dim}.
     *
     * @param dim the dimension that is halved
     */
    public GLU(int dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.glu(dim);
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
