package fathom.optim;

import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that an {@link Optimizer} updates with the same hyper-parameters: PyTorch's {@code param_groups} entry.
 *
 * <p>A group sets only the hyper-parameters that differ from the optimiser's defaults:
 *
 * {@snippet :
 * var opt = new SGD(List.of(
 *         ParameterGroup.of(backbone.parameters()).lr(0.001),
 *         ParameterGroup.of(head.parameters()).weightDecay(0)), 0.05, o -> o.momentum(0.9).weightDecay(1e-4));
 * opt.groups().getFirst().setLr(0.0005);
 * }
 *
 * <p>Hyper-parameters have the names of the options: {@code lr}, {@code momentum}, {@code weightDecay}, {@code beta1},
 * ... Booleans are 0 and 1.
 */
public final class ParameterGroup {
    private final List<Tensor> parameters;
    private final Map<String, Double> values;
    private double lrScale = 1;

    private ParameterGroup(List<Tensor> parameters, Map<String, Double> values) {
        this.parameters = parameters;
        this.values = values;
    }

    /** {@return a group of the given parameters, with the optimiser's defaults unless other values are set} */
    public static ParameterGroup of(Collection<Tensor> parameters) {
        return new ParameterGroup(List.copyOf(parameters), new LinkedHashMap<>());
    }

    /**
     * {@return a group of other parameters whose hyper-parameters are those of {@code group}, also when they change
     * later in either}
     */
    public static ParameterGroup sharing(Collection<Tensor> parameters, ParameterGroup group) {
        return new ParameterGroup(List.copyOf(parameters), group.values);
    }

    /** {@return the parameters} */
    public List<Tensor> parameters() {
        return parameters;
    }

    /** Sets this group's learning rate. */
    public ParameterGroup lr(double lr) {
        return set("lr", lr);
    }

    /**
     * Sets this group's learning rate to a multiple of the optimiser's: 10 for a new head. {@link Optimizer#setLr} and
     * schedules keep the ratio.
     *
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public ParameterGroup lrScale(double scale) {
        if (!(scale >= 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("lrScale: expected a finite number of at least 0, got " + scale);
        }
        lrScale = scale;
        return this;
    }

    /** {@return the ratio of this group's learning rate to the optimiser's; 1 unless set} */
    public double lrScale() {
        return lrScale;
    }

    /** Sets this group's weight decay. */
    public ParameterGroup weightDecay(double weightDecay) {
        return set("weightDecay", weightDecay);
    }

    /** Sets a hyper-parameter by name; an optimiser refuses names that its rule does not have. */
    public ParameterGroup set(String name, double value) {
        Ops.reportSideEffect("a hyper-parameter (" + name + ")");
        values.put(name, value);
        return this;
    }

    /** {@return the learning rate} */
    public double lr() {
        return get("lr");
    }

    /** Changes the learning rate. */
    public void setLr(double lr) {
        set("lr", lr);
    }

    /** {@return whether this group has the hyper-parameter} */
    public boolean has(String name) {
        guardRead(name);
        return values.containsKey(name);
    }

    /**
     * {@return a hyper-parameter}
     *
     * @throws IllegalArgumentException if the group has none of that name
     */
    public double get(String name) {
        guardRead(name);
        return number(name);
    }

    /** Guards a captured step that reads a hyper-parameter in Java. */
    private void guardRead(String name) {
        if (Ops.isTracing()) {
            Double now = values.get(name);
            Ops.guard(
                    () -> Objects.equals(values.get(name), now),
                    "the hyper-parameter %s (was %s)".formatted(name, now));
        }
    }

    private double number(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "this group has no hyper-parameter %s; it has %s".formatted(name, values.keySet()));
        }
        return value;
    }

    /** {@return whether a hyper-parameter is true, that is, not 0} */
    boolean is(String name) {
        return number(name) != 0;
    }

    /** {@return all hyper-parameters, by name} */
    public Map<String, Double> values() {
        return view;
    }

    /** A read-only view of the hyper-parameters; a step that is being captured is guarded by those it reads. */
    private final Map<String, Double> view =
            new AbstractMap<>() {
                @Override
                public Set<Entry<String, Double>> entrySet() {
                    values.keySet().forEach(ParameterGroup.this::guardRead);
                    return Collections.unmodifiableMap(values).entrySet();
                }

                @Override
                public boolean containsKey(Object name) {
                    guardRead(name.toString());
                    return values.containsKey(name);
                }

                @Override
                public @Nullable Double get(Object name) {
                    guardRead(name.toString());
                    return values.get(name);
                }
            };

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "ParameterGroup(%d parameters, %s)", parameters.size(), values);
    }
}
