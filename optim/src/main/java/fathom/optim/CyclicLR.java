package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Cyclical learning rates (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): the rate rises
 * linearly from a lower bound to an upper one and falls back, again and again, while the momentum moves inversely. It
 * is stepped after each batch.
 *
 * {@snippet :
 * var schedule = new CyclicLR(opt, 0.001, 0.1, o -> o.stepSizeUp(500).mode(CyclicLR.Mode.TRIANGULAR2));
 * }
 */
public final class CyclicLR extends LRScheduler {

    /** The height of the cycles. */
    public enum Mode {
        /** All cycles have the same height. */
        TRIANGULAR,
        /** The height halves with each cycle. */
        TRIANGULAR2,
        /** The height at step i is scaled by {@code gamma^i}. */
        EXP_RANGE
    }

    /** Options of {@link CyclicLR}. */
    public static final class Options {
        private int up = 2000;
        private int down;
        private Mode mode = Mode.TRIANGULAR;
        private double gamma = 1;
        private @Nullable DoubleUnaryOperator scale;
        private boolean isScaledPerCycle = true;
        private boolean cycleMomentum = true;
        private double baseMomentum = 0.8;
        private double maxMomentum = 0.9;

        Options() {}

        /** The number of steps in which the rate rises. Default: 2000. */
        public Options stepSizeUp(int steps) {
            up = positive("stepSizeUp", steps);
            return this;
        }

        /** The number of steps in which the rate falls. Default: as many as it rises. */
        public Options stepSizeDown(int steps) {
            down = positive("stepSizeDown", steps);
            return this;
        }

        /** The height of the cycles. Default: TRIANGULAR. */
        public Options mode(Mode mode) {
            this.mode = mode;
            return this;
        }

        /** The base of EXP_RANGE. Default: 1. */
        public Options gamma(double gamma) {
            this.gamma = gamma;
            return this;
        }

        /** Scales the height by a function of the cycle, from 1, instead of by a mode. */
        public Options scalePerCycle(DoubleUnaryOperator scale) {
            this.scale = scale;
            isScaledPerCycle = true;
            return this;
        }

        /** Scales the height by a function of the step, from 0, instead of by a mode. */
        public Options scalePerStep(DoubleUnaryOperator scale) {
            this.scale = scale;
            isScaledPerCycle = false;
            return this;
        }

        /** Whether the momentum (beta1 for Adam and its variants) is cycled inversely to the rate. Default: yes. */
        public Options cycleMomentum(boolean cycle) {
            cycleMomentum = cycle;
            return this;
        }

        /** The momentum at the upper bound of the rate, and at the lower one. Default: 0.8 and 0.9. */
        public Options momenta(double base, double max) {
            baseMomentum = base;
            maxMomentum = max;
            return this;
        }
    }

    private final Options o = new Options();
    private final double[] low;
    private final double[] high;

    /** Triangular cycles of 4000 steps, with PyTorch's defaults. */
    public CyclicLR(Optimizer optimizer, double baseLr, double maxLr) {
        this(optimizer, baseLr, maxLr, o -> {});
    }

    /**
     * Cycles with options.
     *
     * @param baseLr the lower bound of the rate, for all groups, times their {@linkplain ParameterGroup#lrScale scale}
     * @param maxLr the upper bound, likewise
     * @throws IllegalArgumentException if the momentum is to be cycled and the optimiser has none
     */
    public CyclicLR(Optimizer optimizer, double baseLr, double maxLr, Consumer<Options> options) {
        super(startingAt(optimizer, baseLr));
        options.accept(o);
        low = OneCycleLR.forAll(optimizer, baseLr);
        high = OneCycleLR.forAll(optimizer, maxLr);
        for (ParameterGroup g : optimizer.groups()) {
            if (o.cycleMomentum && OneCycleLR.momentum(g) == null) {
                throw new IllegalArgumentException(
                        "CyclicLR: this optimiser has no momentum to cycle; use cycleMomentum(false)");
            }
        }
        start();
    }

    /** The rate before any schedule is the lower bound, whatever the optimiser was made with. */
    private static Optimizer startingAt(Optimizer optimizer, double baseLr) {
        optimizer.groups().forEach(g -> g.setLr(baseLr * g.lrScale()));
        return optimizer;
    }

    @Override
    protected double next(double lr, double base, int group) {
        long step = lastEpoch();
        long length = (long) o.up + (o.down == 0 ? o.up : o.down);
        long cycle = 1 + step / length;
        double position = (double) (step % length);
        double height = position <= o.up ? position / o.up : (length - position) / (length - o.up);
        double scaled = height * scale(cycle, step);
        ParameterGroup g = optimizer().groups().get(group);
        if (o.cycleMomentum) {
            double momentum = o.maxMomentum - (o.maxMomentum - o.baseMomentum) * scaled;
            g.set(Objects.requireNonNull(OneCycleLR.momentum(g)), momentum);
        }
        return low[group] + (high[group] - low[group]) * scaled;
    }

    private double scale(long cycle, long step) {
        if (o.scale != null) {
            return o.scale.applyAsDouble((double) (o.isScaledPerCycle ? cycle : step));
        }
        return switch (o.mode) {
            case TRIANGULAR -> 1;
            case TRIANGULAR2 -> Math.pow(2, 1 - (double) cycle);
            case EXP_RANGE -> Math.pow(o.gamma, (double) step);
        };
    }

    @Override
    public Map<String, Double> stateDict() {
        var state = new LinkedHashMap<>(super.stateDict());
        for (int i = 0; i < low.length; i++) {
            state.put("baseLr." + i, low[i]);
            state.put("maxLr." + i, high[i]);
            if (o.cycleMomentum) {
                ParameterGroup g = optimizer().groups().get(i);
                state.put("momentum." + i, g.get(Objects.requireNonNull(OneCycleLR.momentum(g))));
            }
        }
        return state;
    }

    @Override
    public void loadStateDict(Map<String, Double> state) {
        for (int i = 0; i < low.length; i++) {
            get(state, "baseLr." + i);
            get(state, "maxLr." + i);
        }
        super.loadStateDict(state);
        for (int i = 0; i < low.length; i++) {
            low[i] = get(state, "baseLr." + i);
            high[i] = get(state, "maxLr." + i);
            Double momentum = state.get("momentum." + i);
            if (o.cycleMomentum && momentum != null) {
                ParameterGroup g = optimizer().groups().get(i);
                g.set(Objects.requireNonNull(OneCycleLR.momentum(g)), momentum);
            }
        }
    }

    @Override
    void scale(double... factors) {
        super.scale(factors);
        for (int i = 0; i < low.length; i++) {
            low[i] *= factors[i];
            high[i] *= factors[i];
        }
    }
}
