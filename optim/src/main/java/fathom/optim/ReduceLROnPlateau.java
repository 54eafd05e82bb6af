package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reduces the learning rate when a metric has stopped improving.
 *
 * {@snippet :
 * var schedule = new ReduceLROnPlateau(opt, o -> o.patience(3).factor(0.5));
 * schedule.step(validationLoss);
 * }
 */
public final class ReduceLROnPlateau extends LRScheduler {

    /** The direction in which a metric improves. */
    public enum Mode {
        /** The metric is minimised, as a loss is. */
        MIN,
        /** The metric is maximised, as an accuracy is. */
        MAX
    }

    /** How a threshold is measured. */
    public enum ThresholdMode {
        /** Relative to the best value so far. */
        RELATIVE,
        /** In the metric's unit. */
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

        /** The direction in which the metric improves. Default: MIN. */
        public Options mode(Mode mode) {
            this.mode = mode;
            return this;
        }

        /** The factor by which the rate is reduced, below 1. Default: 0.1. */
        public Options factor(double factor) {
            if (!(factor < 1)) {
                throw new IllegalArgumentException("factor: must be below 1, is " + factor);
            }
            this.factor = factor;
            return this;
        }

        /** The number of epochs without improvement that are tolerated. Default: 10. */
        public Options patience(int patience) {
            this.patience = patience;
            return this;
        }

        /** The minimum improvement over the best value that counts. Default: 1e-4, relative. */
        public Options threshold(double threshold, ThresholdMode mode) {
            this.threshold = threshold;
            this.thresholdMode = mode;
            return this;
        }

        /** The number of epochs to wait after a reduction before counting again. Default: 0. */
        public Options cooldown(int cooldown) {
            this.cooldown = cooldown;
            return this;
        }

        /** The minimum rate. Default: 0. */
        public Options minLr(double minLr) {
            this.minLr = minLr;
            return this;
        }

        /** The minimum change of the rate; smaller reductions are skipped. Default: 1e-8. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }
    }

    private final Options o = new Options();
    private double best;
    private int badEpochs;
    private int cooling;

    /** With PyTorch's defaults: divides the rate by 10 after more than 10 epochs in which a loss has not improved. */
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

    /** Unsupported: this schedule requires the metric. */
    @Override
    public void step() {
        throw new IllegalStateException("ReduceLROnPlateau: call step(metric) with the monitored metric");
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
