package fathom.optim;

/** Multiplies the learning rate by a factor until {@code totalIters} epochs are over. */
public final class ConstantLR extends LRScheduler {
    private final double factor;
    private final int totalIters;

    /**
     * Multiplies the learning rate by a factor until {@code totalIters} epochs are over.
     *
     * @param factor above 0, at most 1
     */
    public ConstantLR(Optimizer optimizer, double factor, int totalIters) {
        super(optimizer);
        if (!(factor > 0 && factor <= 1)) {
            throw new IllegalArgumentException("factor: must be above 0 and at most 1, is " + factor);
        }
        this.factor = factor;
        this.totalIters = totalIters;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        if (lastEpoch() == 0) {
            return lr * factor;
        }
        return lastEpoch() == totalIters ? lr * (1 / factor) : lr;
    }
}
