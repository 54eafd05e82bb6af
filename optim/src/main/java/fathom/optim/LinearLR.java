package fathom.optim;

/** Interpolates the learning rate linearly between two multiples of the base rate, as in linear warm-up. */
public final class LinearLR extends LRScheduler {
    private final double startFactor;
    private final double endFactor;
    private final int totalIters;

    /** Warms up from a third of the base rate to the base rate, over 5 epochs. */
    public LinearLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 1, 5);
    }

    /**
     * Goes from {@code startFactor} to {@code endFactor} times the base rate over {@code totalIters} epochs.
     *
     * @param startFactor above 0, at most 1
     * @param endFactor from 0 to 1
     * @param totalIters at least 1
     */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, int totalIters) {
        super(optimizer);
        if (!(startFactor > 0 && startFactor <= 1)) {
            throw new IllegalArgumentException("startFactor: must be above 0 and at most 1, is " + startFactor);
        }
        if (!(endFactor >= 0 && endFactor <= 1)) {
            throw new IllegalArgumentException("endFactor: must be from 0 to 1, is " + endFactor);
        }
        this.startFactor = startFactor;
        this.endFactor = endFactor;
        this.totalIters = positive("totalIters", totalIters);
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        long t = lastEpoch();
        if (t == 0) {
            return lr * startFactor;
        }
        if (t > totalIters) {
            return lr;
        }
        double difference = endFactor - startFactor;
        return lr * (1 + difference / (totalIters * startFactor + (t - 1) * difference));
    }
}
