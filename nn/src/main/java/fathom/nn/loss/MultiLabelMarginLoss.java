package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The hinge loss of several labels, of scores {@code [N, C]} and the labels' numbers, followed by -1. */
public final class MultiLabelMarginLoss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With a reduction. */
    public MultiLabelMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.multilabelMarginLoss(input, target, reduction);
    }
}
