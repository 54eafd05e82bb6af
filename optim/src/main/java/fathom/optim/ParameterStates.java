package fathom.optim;

import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The state that an optimiser keeps per parameter: created at a parameter's first step, saved and restored. */
final class ParameterStates {
    /** The state that a rule needs. */
    interface Layout {
        /** {@return the names of the state tensors of a parameter} */
        List<String> tensors(Tensor p, ParameterGroup group);

        /** {@return the shape of a state tensor} */
        default Shape shape(String name, Tensor p, ParameterGroup group) {
            return p.shape();
        }

        /** {@return the value that all elements of a state tensor have at first} */
        double initial(String name, ParameterGroup group);

        /** {@return the names of the numbers, {@code step} first, with their initial values} */
        Map<String, Double> numbers();
    }

    /** The state of one parameter: its tensors, and its numbers, of which the first is the step count. */
    record State(Map<String, Tensor> tensors, double[] numbers) {
        Tensor tensor(String name) {
            return Objects.requireNonNull(tensors.get(name), name);
        }
    }

    private final Optimizer optimizer;
    private final Layout layout;
    private final IdentityHashMap<Tensor, State> states = new IdentityHashMap<>();

    /** How often a state was loaded; loading replaces the state tensors, so captured steps are guarded by it. */
    private int loads;

    ParameterStates(Optimizer optimizer, Layout layout) {
        this.optimizer = optimizer;
        this.layout = layout;
    }

    int loads() {
        return loads;
    }

    /** {@return the state of a parameter, with all tensors that the rule needs now} */
    State of(Tensor p, ParameterGroup group) {
        State state = states.get(p);
        if (state == null) {
            double[] numbers = layout.numbers().values().stream().mapToDouble(Double::doubleValue).toArray();
            state = new State(new LinkedHashMap<>(), numbers);
            states.put(p, state);
        }
        DType type = UpdateRule.computed(p.dtype());
        for (String name : layout.tensors(p, group)) {
            Tensor t = state.tensors.get(name);
            // a changed hyper-parameter may require more state, and the parameter may have been converted or moved
            if (t == null) {
                state.tensors.put(name, created(name, p, group, type).keep());
            } else if (t.dtype() != type || t.device() != p.device()) {
                state.tensors.put(name, t.to(p.device()).to(type).keep());
            }
        }
        return state;
    }

    private Tensor created(String name, Tensor p, ParameterGroup group, DType type) {
        Shape shape = layout.shape(name, p, group);
        Tensor zeros = shape.equals(p.shape()) ? Tensors.zerosLike(p, type) : p.detach().newZeros(type, shape.dims());
        double value = layout.initial(name, group);
        return value == 0 ? zeros : zeros.fill_(value);
    }

    /** {@return copies of the state of all parameters that have one, and the hyper-parameters} */
    OptimizerState save(Map<String, Double> hyperparameters) {
        var tensors = new LinkedHashMap<String, Tensor>();
        var numbers = new LinkedHashMap<>(hyperparameters);
        List<String> numberNames = List.copyOf(layout.numbers().keySet());
        int i = 0;
        for (ParameterGroup group : optimizer.groups()) {
            for (Tensor p : group.parameters()) {
                if (states.containsKey(p)) {
                    State state = of(p, group);
                    for (String name : layout.tensors(p, group)) {
                        tensors.put(key(i, name), state.tensor(name).clone().keep());
                    }
                    for (int k = 0; k < state.numbers.length; k++) {
                        numbers.put(key(i, numberNames.get(k)), state.numbers[k]);
                    }
                }
                i++;
            }
        }
        return new OptimizerState(tensors, numbers);
    }

    private static String key(int parameter, String name) {
        return String.format(Locale.ROOT, "state.%d.%s", parameter, name);
    }

    /**
     * Restores hyper-parameters and state.
     *
     * @throws IllegalArgumentException if they do not fit; nothing is changed then
     */
    void load(OptimizerState state) {
        optimizer.checkHyperparameters(state);
        // the state's names depend on the hyper-parameters, so these are loaded first, and restored if the rest does
        // not fit
        var before = new IdentityHashMap<ParameterGroup, Map<String, Double>>();
        optimizer.groups().forEach(g -> before.put(g, Map.copyOf(g.values())));
        optimizer.loadHyperparameters(state);
        IdentityHashMap<Tensor, State> loaded;
        try {
            loaded = read(state);
        } catch (RuntimeException e) {
            before.forEach((group, values) -> values.forEach(group::set));
            throw e;
        }
        loads++;
        states.clear();
        states.putAll(loaded);
    }

    private IdentityHashMap<Tensor, State> read(OptimizerState state) {
        var loaded = new IdentityHashMap<Tensor, State>();
        var problems = new ArrayList<String>();
        int i = 0;
        int used = 0;
        for (ParameterGroup group : optimizer.groups()) {
            for (Tensor p : group.parameters()) {
                if (state.numbers().containsKey(key(i, "step"))) {
                    var own = new State(new LinkedHashMap<>(), readNumbers(i, state, problems));
                    for (String name : layout.tensors(p, group)) {
                        Tensor t = state.tensors().get(key(i, name));
                        Shape shape = layout.shape(name, p, group);
                        if (t == null) {
                            problems.add(key(i, name) + " is missing");
                        } else if (!t.shape().equals(shape)) {
                            problems.add(
                                    shape.equals(p.shape())
                                            ? "%s has shape %s, the parameter %s"
                                                    .formatted(key(i, name), t.shape(), p.shape())
                                            : "%s has shape %s, expected %s for a parameter of shape %s"
                                                    .formatted(key(i, name), t.shape(), shape, p.shape()));
                        } else {
                            used++;
                            DType type = UpdateRule.computed(p.dtype());
                            own.tensors.put(name, (t.dtype() == type ? t.clone() : t.to(type)).detach().keep());
                        }
                    }
                    loaded.put(p, own);
                }
                i++;
            }
        }
        if (problems.isEmpty() && used < state.tensors().size()) {
            problems.add(
                    String.format(
                            Locale.ROOT,
                            "it has %d tensors, of which %d belong to the %d parameters of this optimiser",
                            state.tensors().size(),
                            used,
                            i));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: the state does not fit: %s".formatted(optimizer.name(), String.join("; ", problems)));
        }
        return loaded;
    }

    private double[] readNumbers(int i, OptimizerState state, List<String> problems) {
        List<String> names = List.copyOf(layout.numbers().keySet());
        var numbers = new double[names.size()];
        for (int k = 0; k < numbers.length; k++) {
            Double value = state.numbers().get(key(i, names.get(k)));
            if (value == null) {
                problems.add(key(i, names.get(k)) + " is missing");
            } else if (!(value >= 0) || Double.isInfinite(value) || k == 0 && value != Math.rint(value)) {
                problems.add("%s is %s".formatted(key(i, names.get(k)), value));
            } else {
                numbers[k] = value;
            }
        }
        return numbers;
    }
}
