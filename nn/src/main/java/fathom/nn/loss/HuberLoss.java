package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** Squared error for small differences, absolute error for large ones (Huber, 1964). */
public final class HuberLoss extends Loss {
    private final double delta;

    /** With {@code delta = 1.0} and mean reduction. */
    public HuberLoss() {
        this(1.0, Reduction.MEAN);
    }

    /**
     * With the given reduction.
     *
     * @param delta the absolute difference at which the one becomes the other
     */
    public HuberLoss(double delta, Reduction reduction) {
        super(reduction);
        this.delta = delta;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.huberLoss(input, target, delta, reduction);
    }
}
