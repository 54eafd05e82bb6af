package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The hyper-parameters of an update rule: what an optimiser's configuring lambda sets, {@code o ->
 * o.weightDecay(0.01)}.
 *
 * @param <O> the rule's own options
 */
public abstract class OptimizerOptions<O extends OptimizerOptions<O>> {
    private final Map<String, Double> values = new LinkedHashMap<>();

    /** Options with a learning rate, which the optimiser sets, no weight decay, going down. */
    protected OptimizerOptions() {
        set("lr", Double.NaN);
        set("weightDecay", 0);
        set("maximize", 0);
    }

    /** {@return these options} */
    protected abstract O self();

    /**
     * The factor of the penalty on the squares of the parameters: this times the parameter is added to the gradient.
     */
    public O weightDecay(double weightDecay) {
        return set("weightDecay", notNegative("weightDecay", weightDecay));
    }

    /** Whether to go up the gradient rather than down. Default: no. */
    public O maximize(boolean maximize) {
        return set("maximize", maximize ? 1 : 0);
    }

    /** Sets a number by its name. */
    protected final O set(String name, double value) {
        values.put(name, value);
        return self();
    }

    /** {@return a number} */
    protected final double get(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    final Map<String, Double> values() {
        return values;
    }

    static double notNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("%s: must not be negative, is %s".formatted(name, value));
        }
        return value;
    }

    static double fraction(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("%s: must be at least 0 and less than 1, is %s".formatted(name, value));
        }
        return value;
    }
}
