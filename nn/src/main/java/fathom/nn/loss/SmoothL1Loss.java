package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Squared differences where they are small, absolute ones elsewhere (Girshick, 2015). */
public final class SmoothL1Loss extends Loss {
    private final double beta;
    private final Reduction reduction;

    /** Their mean, with beta 1.0. */
    public SmoothL1Loss() {
        this(1.0, Reduction.MEAN);
    }

    /**
     * Reduced as told.
     *
     * @param beta where the one becomes the other
     */
    public SmoothL1Loss(double beta, Reduction reduction) {
        this.beta = beta;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.smoothL1Loss(input, target, beta, reduction);
    }
}
