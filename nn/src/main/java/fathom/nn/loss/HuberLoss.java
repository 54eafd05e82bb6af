package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Squared differences where they are small, absolute ones elsewhere (Huber, 1964). */
public final class HuberLoss extends Loss {
    private final double delta;
    private final Reduction reduction;

    /** Their mean, with delta 1.0. */
    public HuberLoss() {
        this(1.0, Reduction.MEAN);
    }

    /**
     * Reduced as told.
     *
     * @param delta where the one becomes the other
     */
    public HuberLoss(double delta, Reduction reduction) {
        this.delta = delta;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.huberLoss(input, target, delta, reduction);
    }
}
