package fathom.optim;

/**
 * Anneals the learning rate to {@code etaMin} along half a cosine (Loshchilov and Hutter, "SGDR", 2017, without
 * restarts).
 */
public final class CosineAnnealingLR extends LRScheduler {
    private final int tMax;
    private final double etaMin;

    /** Anneals to 0 over {@code tMax} epochs. */
    public CosineAnnealingLR(Optimizer optimizer, int tMax) {
        this(optimizer, tMax, 0);
    }

    /** Anneals to {@code etaMin} over {@code tMax} epochs and, if stepped further, back up. */
    public CosineAnnealingLR(Optimizer optimizer, int tMax, double etaMin) {
        super(optimizer);
        this.tMax = positive("tMax", tMax);
        this.etaMin = etaMin;
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        long t = lastEpoch();
        if (t == 0) {
            return lr;
        }
        if ((t - 1 - tMax) % (2L * tMax) == 0) { // just past the minimum, where the denominator below is 0
            return lr + (base - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
        }
        return (1 + Math.cos(Math.PI * t / tMax)) / (1 + Math.cos(Math.PI * (t - 1) / tMax)) * (lr - etaMin) + etaMin;
    }
}
