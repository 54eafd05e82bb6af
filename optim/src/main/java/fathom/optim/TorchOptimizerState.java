package fathom.optim;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts states of optimisers to and from PyTorch's nested form. State tensors have PyTorch's names; hyper-parameters
 * have them in camel case, {@code betas} are two numbers, and booleans 0 and 1.
 */
final class TorchOptimizerState {
    private static final Set<String> BOOLEANS = Set.of("maximize", "nesterov", "amsgrad", "centered");

    /** Choices between PyTorch's implementations of a rule; some of its versions require them to be there. */
    private static final List<String> IMPLEMENTATION = List.of("foreach", "capturable", "differentiable", "fused");

    private static final String STEP = "step";
    private static final String STATE = "state";
    private static final String GROUPS = "param_groups";
    private static final String PARAMS = "params";

    /** Hyper-parameters that are a tuple in PyTorch, by its name there. */
    private static final Map<String, List<String>> TUPLES =
            Map.of(
                    "betas", List.of("beta1", "beta2"),
                    "eps", List.of("eps1", "eps2"),
                    "ns_coefficients", List.of("nsA", "nsB", "nsC"),
                    "etas", List.of("etaMinus", "etaPlus"),
                    "step_sizes", List.of("stepSizeMin", "stepSizeMax"));

    /** Switches that are a name or none in PyTorch, with the name of the hyper-parameter there. */
    private static final Map<String, List<String>> CHOICES =
            Map.of(
                    "strongWolfe", List.of("line_search_fn", "strong_wolfe"),
                    "matchRmsAdamW", List.of("adjust_lr_fn", "match_rms_adamw"));

    private static final Set<String> INTEGERS =
            Set.of("maxIter", "maxEval", "historySize", "nsSteps", "n_iter", "func_evals");

    /** Numbers of a parameter's state that PyTorch may have as 0-d tensors, depending on its version. */
    private static final Set<String> NUMBERS = Set.of(STEP, "mu_product", "eta", "mu", "t", "H_diag", "ro");

    /** Numbers that are 0-d tensors in all versions that matter; others are numbers. */
    private static final Set<String> TENSORS = Set.of(STEP, "mu_product", "eta", "mu");

    /** What PyTorch's L-BFGS keeps between steps but computes anew in each. */
    private static final String SCRATCH = "al";

    private TorchOptimizerState() {}

    static Map<String, Object> of(Optimizer optimizer) {
        OptimizerState flat = optimizer.stateDict();
        var states = new LinkedHashMap<Object, Object>();
        var groups = new ArrayList<Object>();
        int first = 0;
        for (ParameterGroup group : optimizer.groups()) {
            var params = new ArrayList<Integer>();
            for (int i = first; i < first + group.parameters().size(); i++) {
                params.add(i);
                Map<String, Object> state = stateOf(i, flat, optimizer);
                if (!state.isEmpty()) {
                    states.put(i, state);
                }
            }
            first += params.size();
            groups.add(groupOf(group, params));
        }
        var all = new LinkedHashMap<String, Object>();
        all.put(STATE, states);
        all.put(GROUPS, groups);
        return all;
    }

    private static Map<String, Object> stateOf(int parameter, OptimizerState flat, Optimizer optimizer) {
        String prefix = String.format(Locale.ROOT, "state.%d.", parameter);
        var state = new LinkedHashMap<String, Object>();
        flat.numbers()
                .forEach((key, value) -> {
                    // PyTorch's SGD counts no steps
                    if (key.startsWith(prefix) && !(optimizer instanceof SGD)) {
                        String name = key.substring(prefix.length());
                        put(state, name, number(name, value));
                    }
                });
        flat.tensors()
                .forEach((key, t) -> {
                    if (key.startsWith(prefix)) {
                        put(state, key.substring(prefix.length()), t);
                    }
                });
        return state;
    }

    private static Object number(String name, double value) {
        return TENSORS.contains(name)
                ? Tensors.tensor((float) value)
                : INTEGERS.contains(name) ? (Object) (long) value : value;
    }

    /** Adds an entry; those named {@code name.0}, {@code name.1}, ... are a list. */
    private static void put(Map<String, Object> state, String name, Object value) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            state.put(name, value);
            return;
        }
        var list = new ArrayList<Object>();
        if (state.get(name.substring(0, dot)) instanceof List<?> before) {
            list.addAll(before);
        }
        list.add(value);
        state.put(name.substring(0, dot), list);
    }

    private static Map<String, @Nullable Object> groupOf(ParameterGroup group, List<Integer> params) {
        var torch = new LinkedHashMap<String, @Nullable Object>();
        group.values()
                .forEach((name, value) -> {
                    var tuple = TUPLES.entrySet().stream().filter(e -> e.getValue().contains(name)).findFirst();
                    if (tuple.isPresent()) {
                        torch.computeIfAbsent(tuple.get().getKey(), t -> tuple(tuple.get().getValue(), group));
                    } else if (CHOICES.containsKey(name)) {
                        List<String> choice = Objects.requireNonNull(CHOICES.get(name));
                        torch.put(choice.getFirst(), value == 0 ? null : choice.getLast());
                    } else {
                        torch.put(snake(name), hyperparameter(name, value, group));
                    }
                });
        IMPLEMENTATION.forEach(name -> torch.put(name, null));
        torch.put(PARAMS, params);
        return torch;
    }

    private static Object tuple(List<String> names, ParameterGroup group) {
        double[] values = names.stream().mapToDouble(group::get).toArray();
        // none, for the precision of the type
        return names.getFirst().equals("eps1") && values[0] == 0 ? Arrays.asList(null, values[1]) : values;
    }

    private static Object hyperparameter(String name, double value, ParameterGroup group) {
        if (name.equals("maxEval") && value == 0) {
            return ((long) group.get("maxIter")) * 5 / 4;
        }
        return BOOLEANS.contains(name)
                ? (Object) (value != 0)
                : INTEGERS.contains(name) ? (Object) (long) value : value;
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    static OptimizerState read(Optimizer optimizer, Map<?, ?> torch) {
        if (!(torch.get(STATE) instanceof Map<?, ?> states) || !(torch.get(GROUPS) instanceof List<?> groups)) {
            throw new IllegalArgumentException(
                    "%s: expected a dictionary with %s and %s, as optimizer.state_dict() returns it; it has %s"
                            .formatted(optimizer.name(), STATE, GROUPS, torch.keySet()));
        }
        List<ParameterGroup> own = optimizer.groups();
        if (groups.size() != own.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the state has %d groups, this optimiser %d",
                            optimizer.name(),
                            groups.size(),
                            own.size()));
        }
        var numbers = new LinkedHashMap<>(optimizer.hyperparameters());
        var tensors = new LinkedHashMap<String, Tensor>();
        var positions = new HashMap<Object, Integer>();
        for (int i = 0; i < groups.size(); i++) {
            if (!(groups.get(i) instanceof Map<?, ?> group)
                    || !(group.get(PARAMS) instanceof List<?> params)
                    || params.size() != own.get(i).parameters().size()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: group %d of the state does not have the %d parameters of this optimiser",
                                optimizer.name(),
                                i,
                                own.get(i).parameters().size()));
            }
            params.forEach(id -> positions.put(position(id), positions.size()));
            readGroup(i, own.get(i), group, numbers);
        }
        states.forEach((id, state) -> {
            Integer position = positions.get(position(id));
            if (position != null && state instanceof Map<?, ?> map) {
                readState(position, map, numbers, tensors);
            }
        });
        return new OptimizerState(tensors, numbers);
    }

    /** {@return the identifier of a parameter, in whichever integer class} */
    private static Object position(@Nullable Object id) {
        return id instanceof Number n ? n.longValue() : String.valueOf(id);
    }

    private static void readGroup(int i, ParameterGroup own, Map<?, ?> group, Map<String, Double> numbers) {
        for (String name : own.values().keySet()) {
            Object value = group.get(snake(name));
            for (var tuple : TUPLES.entrySet()) {
                int at = tuple.getValue().indexOf(name);
                value = at < 0 ? value : of(group.get(tuple.getKey()), at);
            }
            List<String> choice = CHOICES.get(name);
            if (choice != null && group.containsKey(choice.getFirst())) {
                value = choice.getLast().equals(group.get(choice.getFirst()));
            }
            Double number = number(value);
            if (number != null) {
                numbers.put(String.format(Locale.ROOT, "group.%d.%s", i, name), number);
            }
        }
        Double initial = number(group.get("initial_lr"));
        if (initial != null) {
            numbers.put(String.format(Locale.ROOT, "group.%d.initialLr", i), initial);
        }
    }

    private static @Nullable Object of(@Nullable Object tuple, int i) {
        return switch (tuple) {
            case List<?> read when i < read.size() -> read.get(i);
            case double[] own when i < own.length -> own[i];
            case null, default -> null;
        };
    }

    private static @Nullable Double number(@Nullable Object value) {
        return switch (value) {
            case Number n -> n.doubleValue();
            case Boolean b -> b ? 1.0 : 0.0;
            case Tensor t when t.numel() == 1 -> t.to(DType.FLOAT64).reshape().item();
            case null, default -> null;
        };
    }

    private static void readState(
            int position, Map<?, ?> state, Map<String, Double> numbers, Map<String, Tensor> tensors) {
        String prefix = String.format(Locale.ROOT, "state.%d.", position);
        boolean hasTensors = false;
        for (Map.Entry<?, ?> e : state.entrySet()) {
            String name = String.valueOf(e.getKey());
            if (e.getValue() instanceof List<?> list) {
                for (int i = 0; i < list.size() && !name.equals(SCRATCH); i++) {
                    readEntry(name, prefix + name + "." + i, list.get(i), numbers, tensors);
                }
            } else {
                hasTensors |= readEntry(name, prefix + name, e.getValue(), numbers, tensors);
            }
        }
        if (hasTensors) {
            numbers.putIfAbsent(prefix + STEP, 1.0); // SGD: the momentum buffer has its first value
        }
    }

    /** {@return whether the entry is a tensor of the state rather than a number} */
    private static boolean readEntry(
            String name, String key, @Nullable Object value, Map<String, Double> numbers, Map<String, Tensor> tensors) {
        Double number = NUMBERS.contains(name) || !(value instanceof Tensor) ? number(value) : null;
        if (number != null) {
            numbers.put(key, number);
            return false;
        }
        if (value instanceof Tensor t) {
            tensors.put(key, t);
            return true;
        }
        return false;
    }
}
