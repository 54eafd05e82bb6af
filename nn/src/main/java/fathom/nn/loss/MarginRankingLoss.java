package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** Orders pairs of scores: {@code max(0, margin - target (a - b))}. */
public final class MarginRankingLoss extends Block {
    private final double margin;
    private final Reduction reduction;

    /** Margin 0, the mean. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /** By how much scores should differ, and the reduction. */
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** {@return the loss of two scores; the target is 1 where a should be the greater, -1 where b should} */
    public Tensor forward(Tensor a, Tensor b, Tensor target) {
        return Tensors.marginRankingLoss(a, b, target, margin, reduction);
    }
}
