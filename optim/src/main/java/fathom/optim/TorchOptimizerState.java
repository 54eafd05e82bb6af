package fathom.optim;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private static final String BETAS = "betas";

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
                        state.put(key.substring(prefix.length()), Tensors.tensor(value.floatValue()));
                    }
                });
        flat.tensors()
                .forEach((key, t) -> {
                    if (key.startsWith(prefix)) {
                        state.put(key.substring(prefix.length()), t);
                    }
                });
        return state;
    }

    private static Map<String, @Nullable Object> groupOf(ParameterGroup group, List<Integer> params) {
        var torch = new LinkedHashMap<String, @Nullable Object>();
        group.values()
                .forEach((name, value) -> {
                    switch (name) {
                        case "beta1" -> torch.put(BETAS, new double[] {value, group.get("beta2")});
                        case "beta2" -> {} // with beta1
                        default -> torch.put(snake(name), BOOLEANS.contains(name) ? (Object) (value != 0) : value);
                    }
                });
        IMPLEMENTATION.forEach(name -> torch.put(name, null));
        torch.put(PARAMS, params);
        return torch;
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
            Object value =
                    switch (name) {
                        case "beta1" -> beta(group, 0);
                        case "beta2" -> beta(group, 1);
                        default -> group.get(snake(name));
                    };
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

    private static @Nullable Object beta(Map<?, ?> group, int i) {
        return switch (group.get(BETAS)) {
            case List<?> read when read.size() == 2 -> read.get(i);
            case double[] own when own.length == 2 -> own[i];
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
            String key = prefix + e.getKey();
            // numbers of a rule are numbers or 0-d tensors in PyTorch, depending on its version
            boolean isNumber = e.getKey().equals(STEP) || e.getKey().equals("mu_product");
            Double number = isNumber || !(e.getValue() instanceof Tensor) ? number(e.getValue()) : null;
            if (number != null) {
                numbers.put(key, number);
            } else if (e.getValue() instanceof Tensor t) {
                tensors.put(key, t);
                hasTensors = true;
            }
        }
        if (hasTensors) {
            numbers.putIfAbsent(prefix + STEP, 1.0); // SGD: the momentum buffer has its first value
        }
    }
}
