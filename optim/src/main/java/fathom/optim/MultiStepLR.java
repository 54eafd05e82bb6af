package fathom.optim;

import java.util.Arrays;

/** Multiplies the learning rate by {@code gamma} at each milestone. */
public final class MultiStepLR extends LRScheduler {
    private final int[] milestones;
    private final double gamma;

    /** Divides the learning rate by 10 at each of the milestones. */
    public MultiStepLR(Optimizer optimizer, int... milestones) {
        this(optimizer, milestones, 0.1);
    }

    /**
     * Multiplies the learning rate by {@code gamma} at each of the milestones; by its square at a milestone that occurs
     * twice.
     */
    public MultiStepLR(Optimizer optimizer, int[] milestones, double gamma) {
        super(optimizer);
        this.milestones = milestones.clone();
        this.gamma = gamma;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        long here = Arrays.stream(milestones).filter(m -> m == lastEpoch()).count();
        return here == 0 ? lr : lr * Math.pow(gamma, (double) here);
    }
}
