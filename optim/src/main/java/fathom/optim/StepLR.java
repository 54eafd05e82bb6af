package fathom.optim;

/** Multiplies the learning rate by {@code gamma} every {@code stepSize} epochs. */
public final class StepLR extends LRScheduler {
    private final int stepSize;
    private final double gamma;

    /** Divides the learning rate by 10 every {@code stepSize} epochs. */
    public StepLR(Optimizer optimizer, int stepSize) {
        this(optimizer, stepSize, 0.1);
    }

    /** Multiplies the learning rate by {@code gamma} every {@code stepSize} epochs. */
    public StepLR(Optimizer optimizer, int stepSize, double gamma) {
        super(optimizer);
        this.stepSize = positive("stepSize", stepSize);
        this.gamma = gamma;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return lastEpoch() == 0 || lastEpoch() % stepSize != 0 ? lr : lr * gamma;
    }
}
