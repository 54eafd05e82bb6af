package fathom.optim;

/** Multiplies the learning rate by {@code gamma} each epoch. */
public final class ExponentialLR extends LRScheduler {
    private final double gamma;

    /** Multiplies the learning rate by {@code gamma} each epoch. */
    public ExponentialLR(Optimizer optimizer, double gamma) {
        super(optimizer);
        this.gamma = gamma;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return lastEpoch() == 0 ? lr : lr * gamma;
    }
}
