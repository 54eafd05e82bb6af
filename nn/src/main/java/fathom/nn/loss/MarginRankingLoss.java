package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** The ranking loss of pairs of scores: {@code max(0, margin - target (a - b))}. */
public final class MarginRankingLoss extends Block {
    private final double margin;
    private final Reduction reduction;

    /** Margin 0, mean reduction. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With the margin by which scores should differ, and a reduction. */
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** {@return the loss of two scores; the target is 1 where a should be ranked higher, -1 where b should} */
    public Tensor forward(Tensor a, Tensor b, Tensor target) {
        return Tensors.marginRankingLoss(a, b, target, margin, reduction);
    }
}
