package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The multi-label hinge loss of scores {@code [N, C]} and class indices, terminated by -1. */
public final class MultiLabelMarginLoss extends Loss {
    /** With mean reduction. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With the given reduction. */
    public MultiLabelMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.multilabelMarginLoss(input, target, reduction);
    }
}
