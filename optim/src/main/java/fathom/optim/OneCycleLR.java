package fathom.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one-cycle policy (Smith and Topin, "Super-Convergence", 2018): raises the learning rate to a maximum and anneals
 * it to a very small value, while the momentum moves inversely. It is stepped after each batch.
 *
 * {@snippet :
 * var schedule = new OneCycleLR(opt, 0.1, Math.toIntExact(epochs * loader.size()));
 * }
 */
public final class OneCycleLR extends LRScheduler {

    /** The interpolation between two rates. */
    public enum Anneal {
        /** Along half a cosine. */
        COSINE,
        /** Linearly. */
        LINEAR;

        double between(double start, double end, double share) {
            return this == LINEAR
                    ? (end - start) * share + start
                    : end + (start - end) / 2 * (1 + Math.cos(Math.PI * share));
        }
    }

    /** Options of {@link OneCycleLR}. */
    public static final class Options {
        private double pctStart = 0.3;
        private Anneal anneal = Anneal.COSINE;
        private boolean cycleMomentum = true;
        private double baseMomentum = 0.85;
        private double maxMomentum = 0.95;
        private double divFactor = 25;
        private double finalDivFactor = 1e4;
        private boolean threePhase;

        Options() {}

        /** The fraction of the steps in which the rate rises. Default: 0.3. */
        public Options pctStart(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("pctStart: must be from 0 to 1, is " + share);
            }
            pctStart = share;
            return this;
        }

        /** The interpolation between two rates. Default: COSINE. */
        public Options anneal(Anneal anneal) {
            this.anneal = anneal;
            return this;
        }

        /** Whether the momentum (beta1 for Adam and its variants) is cycled inversely to the rate. Default: yes. */
        public Options cycleMomentum(boolean cycle) {
            cycleMomentum = cycle;
            return this;
        }

        /** The momentum at the maximum rate, and at the start and end of the cycle. Default: 0.85 and 0.95. */
        public Options momenta(double base, double max) {
            baseMomentum = base;
            maxMomentum = max;
            return this;
        }

        /** The ratio of the maximum rate to the initial one. Default: 25. */
        public Options divFactor(double factor) {
            divFactor = factor;
            return this;
        }

        /** The ratio of the initial rate to the final one. Default: 10,000. */
        public Options finalDivFactor(double factor) {
            finalDivFactor = factor;
            return this;
        }

        /**
         * Whether to return to the initial rate symmetrically in a second phase, and anneal to the final rate in a
         * third. Default: no.
         */
        public Options threePhase(boolean three) {
            threePhase = three;
            return this;
        }
    }

    /**
     * A phase of the cycle: its last step, and the fractions of the maximum rate and the momenta between which it
     * interpolates.
     */
    private record Phase(double end, double fromLr, double toLr, double fromMomentum, double toMomentum) {}

    private final Options o = new Options();
    private final double[] maxLr;
    private final int totalSteps;
    private final List<Phase> phases = new ArrayList<>();

    /** The one-cycle policy with PyTorch's defaults. */
    public OneCycleLR(Optimizer optimizer, double maxLr, int totalSteps) {
        this(optimizer, maxLr, totalSteps, o -> {});
    }

    /**
     * The one-cycle policy with options.
     *
     * @param maxLr the maximum rate, for all groups, times their {@linkplain ParameterGroup#lrScale scale}
     * @param totalSteps the number of steps in the cycle: epochs times batches per epoch
     */
    public OneCycleLR(Optimizer optimizer, double maxLr, int totalSteps, Consumer<Options> options) {
        this(optimizer, forAll(optimizer, maxLr), totalSteps, options);
    }

    /**
     * The one-cycle policy with options.
     *
     * @param maxLr the maximum rate, per group
     * @param totalSteps the number of steps in the cycle: epochs times batches per epoch
     */
    public OneCycleLR(Optimizer optimizer, double[] maxLr, int totalSteps, Consumer<Options> options) {
        super(optimizer);
        options.accept(o);
        this.totalSteps = positive("totalSteps", totalSteps);
        this.maxLr = maxLr.clone();
        checkPerGroup("OneCycleLR", maxLr.length, "rate", optimizer);
        for (ParameterGroup g : optimizer.groups()) {
            if (o.cycleMomentum && momentum(g) == null) {
                throw new IllegalArgumentException(
                        "OneCycleLR: this optimiser has no momentum to cycle; use cycleMomentum(false)");
            }
        }
        double first = 1 / o.divFactor;
        double last = first / o.finalDivFactor;
        double top = o.pctStart * totalSteps - 1;
        phases.add(new Phase(top, first, 1, o.maxMomentum, o.baseMomentum));
        if (o.threePhase) {
            phases.add(new Phase(2 * o.pctStart * totalSteps - 2, 1, first, o.baseMomentum, o.maxMomentum));
            phases.add(new Phase(totalSteps - 1, first, last, o.maxMomentum, o.maxMomentum));
        } else {
            phases.add(new Phase(totalSteps - 1, 1, last, o.baseMomentum, o.maxMomentum));
        }
        start();
    }

    static double[] forAll(Optimizer optimizer, double lr) {
        return optimizer.groups().stream().mapToDouble(g -> lr * g.lrScale()).toArray();
    }

    static @Nullable String momentum(ParameterGroup g) {
        return g.has("beta1") ? "beta1" : g.has("momentum") ? "momentum" : null;
    }

    @Override
    public Map<String, Double> stateDict() {
        var state = new LinkedHashMap<>(super.stateDict());
        for (int i = 0; i < maxLr.length; i++) {
            state.put("maxLr." + i, maxLr[i]);
            if (o.cycleMomentum) {
                ParameterGroup g = optimizer().groups().get(i);
                state.put("momentum." + i, g.get(Objects.requireNonNull(momentum(g))));
            }
        }
        return state;
    }

    @Override
    public void loadStateDict(Map<String, Double> state) {
        super.loadStateDict(state);
        for (int i = 0; i < maxLr.length; i++) {
            ParameterGroup g = optimizer().groups().get(i);
            Double momentum = state.get("momentum." + i); // older states lack these
            if (o.cycleMomentum && momentum != null) {
                g.set(Objects.requireNonNull(momentum(g)), momentum);
            }
            maxLr[i] = state.getOrDefault("maxLr." + i, maxLr[i]);
        }
    }

    @Override
    void scale(double... factors) {
        super.scale(factors);
        for (int i = 0; i < maxLr.length; i++) {
            maxLr[i] *= factors[i];
        }
    }

    @Override
    protected double next(double lr, double base, int group) {
        long step = lastEpoch();
        if (step > totalSteps) { // a training loop steps after its last update, too, as PyTorch allows
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT, "OneCycleLR: step %d exceeds the cycle of %d steps", step + 1, totalSteps));
        }
        double start = 0;
        for (int i = 0; ; i++) {
            Phase p = phases.get(i);
            if (step <= p.end || i == phases.size() - 1) {
                double share = p.end == start ? 1 : (step - start) / (p.end - start);
                ParameterGroup g = optimizer().groups().get(group);
                String momentum = momentum(g);
                if (o.cycleMomentum && momentum != null) {
                    g.set(momentum, o.anneal.between(p.fromMomentum, p.toMomentum, share));
                }
                return o.anneal.between(p.fromLr * maxLr[group], p.toLr * maxLr[group], share);
            }
            start = p.end;
        }
    }
}
