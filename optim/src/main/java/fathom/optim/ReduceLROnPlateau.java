package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lowers the rate when a metric has not improved for some epochs.
 *
 * {@snippet :
 * var schedule = new ReduceLROnPlateau(opt, o -> o.patience(3).factor(0.5));
 * schedule.step(validationLoss);
 * }
 */
public final class ReduceLROnPlateau extends LRScheduler {

    /** Which way a metric improves. */
    public enum Mode {
        /** Downwards, as a loss. */
        MIN,
        /** Upwards, as an accuracy. */
        MAX
    }

    /** What a threshold is measured in. */
    public enum ThresholdMode {
        /** As a share of the best value so far. */
        RELATIVE,
        /** In the metric itself. */
        ABSOLUTE
    }

    /** Options of {@link ReduceLROnPlateau}. */
    public static final class Options {
        private Mode mode = Mode.MIN;
        private double factor = 0.1;
        private int patience = 10;
        private double threshold = 1e-4;
        private ThresholdMode thresholdMode = ThresholdMode.RELATIVE;
        private int cooldown;
        private double minLr;
        private double eps = 1e-8;

        Options() {}

        /** Which way the metric improves. Default: downwards. */
        public Options mode(Mode mode) {
            this.mode = mode;
            return this;
        }

        /** What the rate is multiplied by, below 1. Default: 0.1. */
        public Options factor(double factor) {
            if (!(factor < 1)) {
                throw new IllegalArgumentException("factor: must be below 1, is " + factor);
            }
            this.factor = factor;
            return this;
        }

        /** How many epochs without improvement are borne. Default: 10. */
        public Options patience(int patience) {
            this.patience = patience;
            return this;
        }

        /** How much better than the best counts as an improvement. Default: a share of 1e-4. */
        public Options threshold(double threshold, ThresholdMode mode) {
            this.threshold = threshold;
            this.thresholdMode = mode;
            return this;
        }

        /** How many epochs nothing is counted after the rate was lowered. Default: 0. */
        public Options cooldown(int cooldown) {
            this.cooldown = cooldown;
            return this;
        }

        /** The lowest rate. Default: 0. */
        public Options minLr(double minLr) {
            this.minLr = minLr;
            return this;
        }

        /** A change of the rate by no more than this is left out. Default: 1e-8. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }
    }

    private final Options o = new Options();
    private double best;
    private int badEpochs;
    private int cooling;

    /** With PyTorch's defaults: a tenth of the rate after 10 epochs in which a loss has not become less. */
    public ReduceLROnPlateau(Optimizer optimizer) {
        this(optimizer, o -> {});
    }

    /** With options. */
    public ReduceLROnPlateau(Optimizer optimizer, Consumer<Options> options) {
        super(optimizer);
        options.accept(o);
        start();
    }

    @Override
    protected void start() {
        best = o.mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        badEpochs = 0;
        cooling = 0;
        startAt(0);
    }

    /** Refused: this schedule wants the metric. */
    @Override
    public void step() {
        throw new IllegalStateException("ReduceLROnPlateau: call step with the metric that is watched");
    }

    @Override
    public void step(double metric) {
        if (isBetter(metric)) {
            best = metric;
            badEpochs = 0;
        } else {
            badEpochs++;
        }
        if (cooling > 0) {
            cooling--;
            badEpochs = 0;
        }
        if (badEpochs > o.patience) {
            for (ParameterGroup g : optimizer().groups()) {
                double lower = Math.max(g.lr() * o.factor, o.minLr);
                if (g.lr() - lower > o.eps) {
                    g.setLr(lower);
                }
            }
            cooling = o.cooldown;
            badEpochs = 0;
        }
        stepped();
    }

    private boolean isBetter(double metric) {
        boolean relative = o.thresholdMode == ThresholdMode.RELATIVE;
        return o.mode == Mode.MIN
                ? metric < (relative ? best * (1 - o.threshold) : best - o.threshold)
                : metric > (relative ? best * (1 + o.threshold) : best + o.threshold);
    }

    @Override
    protected double next(double lr, double base, int group) {
        return lr;
    }

    @Override
    public Map<String, Double> stateDict() {
        var state = new LinkedHashMap<>(super.stateDict());
        state.put("best", best);
        state.put("badEpochs", (double) badEpochs);
        state.put("cooling", (double) cooling);
        return state;
    }

    @Override
    public void loadStateDict(Map<String, Double> state) {
        double b = get(state, "best");
        double bad = get(state, "badEpochs");
        double cool = get(state, "cooling");
        super.loadStateDict(state);
        best = b;
        badEpochs = (int) bad;
        cooling = (int) cool;
    }
}
