package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Anneals the learning rate along half a cosine repeatedly, each period {@code tMult} times as long as the previous one
 * (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017).
 */
public final class CosineAnnealingWarmRestarts extends LRScheduler {
    private final int t0;
    private final int tMult;
    private final double etaMin;
    private double sinceRestart = -1;
    private double period;

    /** Anneals to 0 and restarts every {@code t0} epochs. */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0) {
        this(optimizer, t0, 1, 0);
    }

    /**
     * Anneals to {@code etaMin} and restarts.
     *
     * @param t0 the number of epochs until the first restart
     * @param tMult the factor by which each period is longer than the previous one
     * @param etaMin the minimum rate
     */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0, int tMult, double etaMin) {
        super(optimizer);
        this.t0 = positive("t0", t0);
        this.tMult = positive("tMult", tMult);
        this.etaMin = etaMin;
        start();
    }

    @Override
    protected void start() {
        sinceRestart = -1;
        period = t0;
        super.start();
    }

    @Override
    public void step() {
        sinceRestart++;
        if (sinceRestart >= period) {
            sinceRestart -= period;
            period *= tMult;
        }
        super.step();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return etaMin + (base - etaMin) * (1 + Math.cos(Math.PI * sinceRestart / period)) / 2;
    }

    @Override
    public Map<String, Double> stateDict() {
        var state = new LinkedHashMap<>(super.stateDict());
        state.put("sinceRestart", sinceRestart);
        state.put("period", period);
        return state;
    }

    @Override
    public void loadStateDict(Map<String, Double> state) {
        double since = get(state, "sinceRestart");
        double length = get(state, "period");
        super.loadStateDict(state);
        sinceRestart = since;
        period = length;
    }
}
