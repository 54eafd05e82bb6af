package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;

/** The cosine of the angle between vectors along a dimension. */
public final class CosineSimilarity extends Block {
    private final int dim;
    private final double eps;

    /** Along dimension 1. */
    public CosineSimilarity() {
        this(1);
    }

    /** Along a dimension. */
    public CosineSimilarity(int dim) {
        this(dim, 1e-8);
    }

    /** Along a dimension, with norms bounded below by {@code eps}. */
    public CosineSimilarity(int dim, double eps) {
        this.dim = dim;
        this.eps = eps;
    }

    /** {@return the cosines} */
    public Tensor forward(Tensor a, Tensor b) {
        return Tensors.cosineSimilarity(a, b, dim, eps);
    }
}
