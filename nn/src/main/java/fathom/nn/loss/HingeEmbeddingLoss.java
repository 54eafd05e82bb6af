package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Distances where the target is 1; how far they are below a margin where it is -1. */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;
    private final Reduction reduction;

    /** Margin 1, the mean. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /** The distance that is far enough, and the reduction. */
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.hingeEmbeddingLoss(input, target, margin, reduction);
    }
}
