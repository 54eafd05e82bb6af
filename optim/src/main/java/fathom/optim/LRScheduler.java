package fathom.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A learning-rate schedule: changes an optimiser's learning rates from epoch to epoch, or from batch to batch. The
 * constructor sets the rates of epoch 0; each {@link #step} advances by one.
 *
 * {@snippet :
 * var schedule = new CosineAnnealingLR(opt, 10);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *     trainOneEpoch(opt);
 *     schedule.step();
 * }
 * }
 *
 * <p>Most schedules compute the new rate from the current one, as PyTorch's do: several can be stepped one after
 * another, and they continue from a rate that was set by hand.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/lr-scheduler.html">Dive into Deep Learning, Learning Rate
 *     Scheduling</a>
 */
public abstract class LRScheduler {
    private final Optimizer optimizer;
    private final double[] base;
    private long lastEpoch = -1;
    private List<Double> lastLr = List.of();

    /**
     * A schedule whose base rates are the optimiser's current ones, or those from before its first schedule. The
     * subclass calls {@link #start} at the end of its constructor.
     */
    protected LRScheduler(Optimizer optimizer) {
        this.optimizer = optimizer;
        List<ParameterGroup> groups = optimizer.groups();
        base = new double[groups.size()];
        for (int i = 0; i < base.length; i++) {
            ParameterGroup g = groups.get(i);
            if (!g.has("initialLr")) {
                g.set("initialLr", g.lr());
            }
            base[i] = g.get("initialLr");
        }
    }

    /** Sets the rates of epoch 0. */
    protected void start() {
        lastEpoch = -1;
        step();
    }

    /** Resets the rates to the base rates and starts from there: for a schedule that is started later. */
    void restart() {
        for (int i = 0; i < base.length; i++) {
            optimizer.groups().get(i).setLr(base[i]);
        }
        start();
    }

    /** {@return the optimiser whose rates this schedule sets} */
    public final Optimizer optimizer() {
        return optimizer;
    }

    /** {@return the number of steps since the rates of epoch 0 were set} */
    public final long lastEpoch() {
        return lastEpoch;
    }

    /** {@return the rates that the last step has set, per group} */
    public final List<Double> lastLr() {
        return lastLr;
    }

    /**
     * {@return the rate of epoch {@link #lastEpoch}}
     *
     * @param lr the current rate
     * @param base the rate before any schedule
     * @param group the index of the group
     */
    protected abstract double next(double lr, double base, int group);

    /** Advances by one epoch, or by one batch where the schedule counts batches. */
    public void step() {
        lastEpoch++;
        for (int i = 0; i < base.length; i++) {
            ParameterGroup g = optimizer.groups().get(i);
            g.setLr(next(g.lr(), base[i], i));
        }
        recordRates();
    }

    /**
     * As {@link #step()}, with a metric, which only {@link ReduceLROnPlateau} uses.
     *
     * @param metric for instance the mean loss on the validation data
     */
    public void step(double metric) {
        step();
    }

    /**
     * Sets the optimiser's rates, as {@link Optimizer#setLr} does, and rescales the schedule accordingly: future rates
     * are multiplied by the ratio of the new rate to the old one.
     */
    public void setLr(double lr) {
        var factors = new double[base.length];
        for (int i = 0; i < base.length; i++) {
            ParameterGroup g = optimizer.groups().get(i);
            factors[i] = g.lr() == 0 ? 1 : lr * optimizer.relativeScale(g) / g.lr();
        }
        scale(factors);
        for (int i = 0; i < base.length; i++) {
            optimizer.groups().get(i).set("initialLr", base[i]);
        }
        optimizer.setLr(lr);
        recordRates();
    }

    /** Multiplies the base rates by one factor per group. */
    void scale(double... factors) {
        for (int i = 0; i < base.length; i++) {
            base[i] *= factors[i];
        }
        parts().forEach(p -> p.scale(factors));
    }

    /** Starts at an epoch with the current rates. */
    final void startAt(long epoch) {
        lastEpoch = epoch;
        recordRates();
    }

    /** Records a step that set the rates otherwise than by {@link #next}. */
    final void stepped() {
        lastEpoch++;
        recordRates();
    }

    private void recordRates() {
        lastLr = optimizer.groups().stream().map(ParameterGroup::lr).toList();
    }

    /**
     * {@return the state: the epoch, the base rates, and the optimiser's current rates}
     *
     * <p>The optimiser's rates are included because the construction of a schedule changes them: so the order in which
     * an optimiser and its schedules are constructed and loaded does not matter.
     */
    public Map<String, Double> stateDict() {
        var state = new LinkedHashMap<String, Double>();
        state.put("lastEpoch", (double) lastEpoch);
        for (int i = 0; i < base.length; i++) {
            state.put("base." + i, base[i]);
            state.put("lastLr." + i, lastLr.get(i));
            state.put("lr." + i, optimizer.groups().get(i).lr());
        }
        for (int i = 0; i < parts().size(); i++) {
            String prefix = i + ":";
            parts().get(i).stateDict().forEach((name, value) -> state.put(prefix + name, value));
        }
        return state;
    }

    /** {@return the schedules that this one is composed of; their states are part of its state} */
    List<LRScheduler> parts() {
        return List.of();
    }

    /**
     * Restores a state saved by a schedule of the same class and options, and the optimiser's rates at that time.
     *
     * @throws IllegalArgumentException if an entry is missing or invalid; nothing is changed then
     */
    public void loadStateDict(Map<String, Double> state) {
        double epoch = get(state, "lastEpoch");
        if (!(epoch >= 0 && epoch == Math.rint(epoch) && epoch <= 1L << 53)) {
            throw new IllegalArgumentException(
                    "%s: lastEpoch is %s in the state; expected a non-negative integer"
                            .formatted(getClass().getSimpleName(), epoch));
        }
        var bases = new double[base.length];
        var rates = new ArrayList<Double>();
        for (int i = 0; i < base.length; i++) {
            bases[i] = rate(state, "base." + i);
            rates.add(rate(state, "lastLr." + i));
            if (state.containsKey("lr." + i)) {
                rate(state, "lr." + i);
            }
        }
        if (state.containsKey("base." + base.length)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the state has more groups than the %d of the optimiser",
                            getClass().getSimpleName(),
                            base.length));
        }
        loadParts(state, parts());
        lastEpoch = (long) epoch;
        lastLr = List.copyOf(rates);
        for (int i = 0; i < base.length; i++) {
            base[i] = bases[i];
            ParameterGroup g = optimizer.groups().get(i);
            g.set("initialLr", base[i]);
            Double lr = state.get("lr." + i); // older states lack it; the optimiser's own state restores it
            if (lr != null) {
                g.setLr(lr);
            }
        }
    }

    private double rate(Map<String, Double> state, String name) {
        double value = get(state, name);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "%s: %s is %s in the state; expected a finite rate"
                            .formatted(getClass().getSimpleName(), name, value));
        }
        return value;
    }

    /** Restores the states of all parts, or of none if one is invalid. */
    private static void loadParts(Map<String, Double> state, List<LRScheduler> parts) {
        List<Map<String, Double>> before = parts.stream().map(LRScheduler::stateDict).toList();
        for (int i = 0; i < parts.size(); i++) {
            String prefix = i + ":";
            var own = new LinkedHashMap<String, Double>();
            state.forEach((name, value) -> {
                if (name.startsWith(prefix)) {
                    own.put(name.substring(prefix.length()), value);
                }
            });
            try {
                parts.get(i).loadStateDict(own);
            } catch (RuntimeException e) {
                for (int j = 0; j < i; j++) {
                    parts.get(j).loadStateDict(before.get(j));
                }
                throw e;
            }
        }
    }

    final double get(Map<String, Double> state, String name) {
        Double value = state.get(name);
        if (value == null) {
            throw new IllegalArgumentException("%s: the state lacks %s".formatted(getClass().getSimpleName(), name));
        }
        return value;
    }

    /** {@return a number with its noun: {@code 1 group}, {@code 2 groups}} */
    static String counted(int n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }

    /**
     * Throws unless there is one for each group of the optimiser.
     *
     * @param name of the schedule
     * @param n how many were given
     * @param noun what they are: {@code "rate"}
     */
    static void checkPerGroup(String name, int n, String noun, Optimizer optimizer) {
        int groups = optimizer.groups().size();
        if (n != groups) {
            throw new IllegalArgumentException(
                    "%s: %s for %s".formatted(name, counted(n, noun), counted(groups, "group")));
        }
    }

    static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
        }
        return value;
    }

    /** {@return the position and the rates: {@code StepLR(lastEpoch=3, lastLr=[0.05])}} */
    @Override
    public String toString() {
        return "%s(lastEpoch=%s, lastLr=%s)".formatted(getClass().getSimpleName(), lastEpoch, lastLr);
    }
}
