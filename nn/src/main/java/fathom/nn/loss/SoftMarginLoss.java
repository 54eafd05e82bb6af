package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The logistic loss of scores and targets 1 or -1: {@code log(1 + exp(-target x))}. */
public final class SoftMarginLoss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public SoftMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.softMarginLoss(input, target, reduction);
    }
}
