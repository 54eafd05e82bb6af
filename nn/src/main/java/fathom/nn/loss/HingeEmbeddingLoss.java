package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The hinge embedding loss: x where the target is 1, {@code max(0, margin - x)} where it is -1. */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;

    /** Margin 1, mean reduction. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /** With a margin, beyond which a distance with target -1 costs nothing, and a reduction. */
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        super(reduction);
        this.margin = margin;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.hingeEmbeddingLoss(input, target, margin, reduction);
    }
}
