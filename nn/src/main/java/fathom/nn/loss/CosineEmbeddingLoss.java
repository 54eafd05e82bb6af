package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** Draws pairs of vectors together (target 1) or apart (target -1), by the cosine between them. */
public final class CosineEmbeddingLoss extends Block {
    private final double margin;
    private final Reduction reduction;

    /** Margin 0, the mean. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /** Reduced as told; a cosine below the margin is far enough apart. */
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** {@return the loss of {@code a, b: [N, D]} and {@code target: [N]}} */
    public Tensor forward(Tensor a, Tensor b, Tensor target) {
        return Tensors.cosineEmbeddingLoss(a, b, target, margin, reduction);
    }
}
