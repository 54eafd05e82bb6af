package fathom.optim;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoublePredicate;

/**
 * The hyper-parameters of an update rule, set by an optimiser's configuring lambda: {@code o -> o.weightDecay(0.01)}.
 *
 * @param <O> the rule's own options
 */
public abstract class OptimizerOptions<O extends OptimizerOptions<O>> {
    /** The values that a hyper-parameter may have. */
    record Range(DoublePredicate contains, String words) {
        /** Throws if a value is outside. */
        void check(String name, double value) {
            if (!contains.test(value)) {
                throw new IllegalArgumentException("%s: must %s, is %s".formatted(name, words, value));
            }
        }
    }

    private static final Range NOT_NEGATIVE = new Range(x -> x >= 0, "not be negative");
    private static final Range FRACTION = new Range(x -> x >= 0 && x < 1, "be at least 0 and less than 1");

    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Map<String, Range> ranges = new HashMap<>();

    /** Options without weight decay, that minimise; the optimiser sets the learning rate. */
    protected OptimizerOptions() {
        set("lr", Double.NaN);
        set("weightDecay", 0);
        set("maximize", 0);
        notNegative("weightDecay");
    }

    /** {@return these options} */
    protected abstract O self();

    /** The weight decay (L2 penalty): this times the parameter is added to the gradient. Default: 0. */
    public O weightDecay(double weightDecay) {
        return set("weightDecay", weightDecay);
    }

    /** Whether to maximise rather than minimise. Default: no. */
    public O maximize(boolean maximize) {
        return set("maximize", maximize ? 1 : 0);
    }

    /**
     * Sets a hyper-parameter by name.
     *
     * @throws IllegalArgumentException if the value is outside the hyper-parameter's range
     */
    protected final O set(String name, double value) {
        Range range = ranges.get(name);
        if (range != null) {
            range.check(name, value);
        }
        values.put(name, value);
        return self();
    }

    /**
     * Declares the range of a hyper-parameter. The options, the groups of parameters and loaded states are checked
     * against it; NaN is always refused.
     *
     * @param words the end of the sentence "it must ...": {@code "be from 0 to 1"}
     */
    protected final void range(String name, DoublePredicate contains, String words) {
        ranges.put(name, new Range(contains, words));
    }

    /** Declares hyper-parameters that must be from {@code min} to {@code max}. */
    protected final void range(String name, double min, double max) {
        range(name, x -> x >= min && x <= max, "be from %s to %s".formatted(number(min), number(max)));
    }

    private static String number(double x) {
        return x == Math.rint(x) ? String.valueOf((long) x) : String.valueOf(x);
    }

    /** Declares hyper-parameters that must not be negative. */
    protected final void notNegative(String... names) {
        for (String name : names) {
            ranges.put(name, NOT_NEGATIVE);
        }
    }

    /** Declares hyper-parameters in [0, 1), such as decay rates of running averages. */
    protected final void fraction(String... names) {
        for (String name : names) {
            ranges.put(name, FRACTION);
        }
    }

    /** {@return a hyper-parameter} */
    protected final double get(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    final Map<String, Double> values() {
        return values;
    }

    final Map<String, Range> ranges() {
        return ranges;
    }
}
