package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Absolute differences. */
public final class L1Loss extends Loss {
    private final Reduction reduction;

    /** Their mean. */
    public L1Loss() {
        this(Reduction.MEAN);
    }

    /** Reduced as told. */
    public L1Loss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.l1Loss(input, target, reduction);
    }
}
