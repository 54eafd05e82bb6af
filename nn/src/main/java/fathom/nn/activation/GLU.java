package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** The first half of a dimension times the logistic function of the second (Dauphin et al., 2016). */
public final class GLU extends BuiltInLayer {
    private final int dim;

    /** As PyTorch's defaults: dim -1. */
    public GLU() {
        this(-1);
    }

    /**
     * The activation with these settings.
     *
     * @param dim the dimension
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
