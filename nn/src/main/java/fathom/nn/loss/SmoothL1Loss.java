package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Squared error for small differences, absolute error for large ones (Girshick, 2015). */
public final class SmoothL1Loss extends Loss {
    private final double beta;

    /** With {@code beta = 1.0} and mean reduction. */
    public SmoothL1Loss() {
        this(1.0, Reduction.MEAN);
    }

    /**
     * With the given reduction.
     *
     * @param beta the absolute difference at which the one becomes the other
     */
    public SmoothL1Loss(double beta, Reduction reduction) {
        super(reduction);
        this.beta = beta;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.smoothL1Loss(input, target, beta, reduction);
    }
}
