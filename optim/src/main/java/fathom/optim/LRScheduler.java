package fathom.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A schedule: changes an optimiser's learning rates from epoch to epoch, or from batch to batch. Making one sets the
 * rates of epoch 0; each {@link #step} goes on by one.
 *
 * {@snippet :
 * var schedule = new CosineAnnealingLR(opt, 10);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *     trainOneEpoch(opt);
 *     schedule.step();
 * }
 * }
 *
 * <p>Most schedules change the rate from what it is, as PyTorch's do: several can be stepped one after another, and a
 * rate that was set by hand is where they go on from.
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
     * A schedule of an optimiser's rates as they are, or as they were when its first schedule was made. The subclass
     * calls {@link #start} when it is complete.
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

    /** Puts the rates back to the base and starts there: for a schedule whose turn comes later. */
    void restart() {
        for (int i = 0; i < base.length; i++) {
            optimizer.groups().get(i).setLr(base[i]);
        }
        start();
    }

    /** {@return the optimiser whose rates are changed} */
    public final Optimizer optimizer() {
        return optimizer;
    }

    /** {@return how many steps were taken since the rates were first set} */
    public final long lastEpoch() {
        return lastEpoch;
    }

    /** {@return the rates that the last step set, per group} */
    public final List<Double> lastLr() {
        return lastLr;
    }

    /**
     * {@return the rate of epoch {@link #lastEpoch}}
     *
     * @param lr the rate so far
     * @param base the rate before any schedule
     * @param group the number of the group
     */
    protected abstract double next(double lr, double base, int group);

    /** Goes on by one epoch, or by one batch where the schedule counts batches. */
    public void step() {
        lastEpoch++;
        for (int i = 0; i < base.length; i++) {
            ParameterGroup g = optimizer.groups().get(i);
            g.setLr(next(g.lr(), base[i], i));
        }
        noteRates();
    }

    /**
     * As {@link #step()}, given how well the epoch went; only {@link ReduceLROnPlateau} looks at it.
     *
     * @param metric for instance the mean loss on the validation data
     */
    public void step(double metric) {
        step();
    }

    /**
     * Sets the optimiser's rates; the schedule goes on from them as it would have from those before: what it still
     * makes of a rate it makes of this one, in proportion.
     */
    public void setLr(double lr) {
        var factors = new double[base.length];
        for (int i = 0; i < base.length; i++) {
            ParameterGroup g = optimizer.groups().get(i);
            factors[i] = g.lr() == 0 ? 1 : lr / g.lr();
        }
        scale(factors);
        for (int i = 0; i < base.length; i++) {
            optimizer.groups().get(i).set("initialLr", base[i]);
        }
        optimizer.setLr(lr);
        noteRates();
    }

    /** Multiplies the rates, one per group, that this schedule computes others from. */
    void scale(double... factors) {
        for (int i = 0; i < base.length; i++) {
            base[i] *= factors[i];
        }
        parts().forEach(p -> p.scale(factors));
    }

    /** Starts at an epoch with the rates as they are. */
    final void startAt(long epoch) {
        lastEpoch = epoch;
        noteRates();
    }

    /** Notes that a step was taken which set the rates otherwise than by {@link #next}. */
    final void stepped() {
        lastEpoch++;
        noteRates();
    }

    private void noteRates() {
        lastLr = optimizer.groups().stream().map(ParameterGroup::lr).toList();
    }

    /**
     * {@return the state: the epoch, the base rates, and the rates that the optimiser has now}
     *
     * <p>The optimiser's rates are part of it because making a schedule changes them: with them the order in which an
     * optimiser and its schedules are made and loaded does not matter.
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

    /** {@return the schedules that this one is made of: their states are part of its own} */
    List<LRScheduler> parts() {
        return List.of();
    }

    /**
     * Restores a state of a schedule of the same kind and options, and the optimiser's rates of that time.
     *
     * @throws IllegalArgumentException if something is missing or cannot be; nothing is changed then
     */
    public void loadStateDict(Map<String, Double> state) {
        double epoch = get(state, "lastEpoch");
        if (!(epoch >= 0 && epoch == Math.rint(epoch) && epoch <= 1L << 53)) {
            throw new IllegalArgumentException(
                    "%s: lastEpoch is %s in the state; want a whole number, not negative"
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
                            "%s: the state has more than the %d groups here",
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
            Double lr = state.get("lr." + i); // states of old lack it, and trust that the optimiser is loaded later
            if (lr != null) {
                g.setLr(lr);
            }
        }
    }

    private double rate(Map<String, Double> state, String name) {
        double value = get(state, name);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "%s: %s is %s in the state; want a finite rate".formatted(getClass().getSimpleName(), name, value));
        }
        return value;
    }

    /** Restores the states of all parts, or of none if one is refused. */
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

    static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
        }
        return value;
    }
}
