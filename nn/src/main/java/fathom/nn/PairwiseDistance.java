package fathom.nn;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;

/** The distance of vectors along the last dimension: {@code [..., D]} and {@code [..., D]} become {@code [...]}. */
public final class PairwiseDistance extends Block {
    private final double p;
    private final double eps;
    private final KeepDim keep;

    /** Euclidean. */
    public PairwiseDistance() {
        this(2);
    }

    /** The p-norm of differences. */
    public PairwiseDistance(double p) {
        this(p, 1e-6, KeepDim.DROP_DIM);
    }

    /** The p-norm of {@code a - b + eps}; the dimension is kept with extent 1 if requested. */
    public PairwiseDistance(double p, double eps, KeepDim keep) {
        this.p = p;
        this.eps = eps;
        this.keep = keep;
    }

    /** {@return the distances} */
    public Tensor forward(Tensor a, Tensor b) {
        return Tensors.pairwiseDistance(a, b, p, eps, keep);
    }
}
