package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The logistic loss of scores, with targets 1 or -1: {@code log(1 + exp(-target x))}. */
public final class SoftMarginLoss extends Loss {
    /** With mean reduction. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With the given reduction. */
    public SoftMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.softMarginLoss(input, target, reduction);
    }
}
