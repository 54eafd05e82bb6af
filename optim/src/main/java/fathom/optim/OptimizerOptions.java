package fathom.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The hyper-parameters of an update rule, set by an optimiser's configuring lambda: {@code o -> o.weightDecay(0.01)}.
 *
 * @param <O> the rule's own options
 */
public abstract class OptimizerOptions<O extends OptimizerOptions<O>> {
    private final Map<String, Double> values = new LinkedHashMap<>();

    /** Options without weight decay, that minimise; the optimiser sets the learning rate. */
    protected OptimizerOptions() {
        set("lr", Double.NaN);
        set("weightDecay", 0);
        set("maximize", 0);
    }

    /** {@return these options} */
    protected abstract O self();

    /** The weight decay (L2 penalty): this times the parameter is added to the gradient. Default: 0. */
    public O weightDecay(double weightDecay) {
        return set("weightDecay", notNegative("weightDecay", weightDecay));
    }

    /** Whether to maximise rather than minimise. Default: no. */
    public O maximize(boolean maximize) {
        return set("maximize", maximize ? 1 : 0);
    }

    /** Sets a hyper-parameter by name. */
    protected final O set(String name, double value) {
        values.put(name, value);
        return self();
    }

    /** {@return a hyper-parameter} */
    protected final double get(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    final Map<String, Double> values() {
        return values;
    }

    /** {@return the value, unless it is negative or NaN, which is refused} */
    protected static double notNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("%s: must not be negative, is %s".formatted(name, value));
        }
        return value;
    }

    /** {@return the value, unless it is outside [0, 1), which is refused} */
    protected static double fraction(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("%s: must be at least 0 and less than 1, is %s".formatted(name, value));
        }
        return value;
    }
}
