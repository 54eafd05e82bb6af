package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** The cosine embedding loss, which pulls pairs of vectors together (target 1) or pushes them apart (target -1). */
public final class CosineEmbeddingLoss extends Block {
    private final double margin;
    private final Reduction reduction;

    /** Margin 0, mean reduction. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With a margin, below which the cosine of a pair with target -1 costs nothing, and a reduction. */
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** {@return the loss of {@code a, b: [N, D]} and {@code target: [N]}} */
    public Tensor forward(Tensor a, Tensor b, Tensor target) {
        return Tensors.cosineEmbeddingLoss(a, b, target, margin, reduction);
    }
}
