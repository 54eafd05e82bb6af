package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Squared differences. */
public final class MSELoss extends Loss {
    private final Reduction reduction;

    /** Their mean. */
    public MSELoss() {
        this(Reduction.MEAN);
    }

    /** Reduced as told. */
    public MSELoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.mseLoss(input, target, reduction);
    }
}
