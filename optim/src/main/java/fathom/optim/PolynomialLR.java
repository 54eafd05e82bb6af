package fathom.optim;

/** Decays the learning rate to 0 as a power of the fraction of epochs that remain. */
public final class PolynomialLR extends LRScheduler {
    private final int totalIters;
    private final double power;

    /**
     * Multiplies the base rate by {@code (1 - epoch / totalIters)^power}, which is 0 after {@code totalIters} epochs.
     */
    public PolynomialLR(Optimizer optimizer, int totalIters, double power) {
        super(optimizer);
        this.totalIters = positive("totalIters", totalIters);
        this.power = power;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        long t = lastEpoch();
        if (t == 0 || t > totalIters) {
            return lr;
        }
        return lr * Math.pow((1.0 - (double) t / totalIters) / (1.0 - (double) (t - 1) / totalIters), power);
    }
}
