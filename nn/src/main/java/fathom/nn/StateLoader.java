package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.io.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Compares a state dictionary with a model's tensors, and copies the values that fit. */
final class StateLoader {
    /** The buffer of batch norms that states of PyTorch before 0.4.1 lack, among them files of torchvision. */
    private static final String BATCHES = "num_batches_tracked";

    private final String model;
    private final List<String> missing = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private final List<String> mismatched = new ArrayList<>();
    private final List<String> mismatches = new ArrayList<>();
    private final LinkedHashMap<Tensor, Tensor> copies = new LinkedHashMap<>();

    private StateLoader(String model) {
        this.model = model;
    }

    /**
     * Copies values into a model's tensors.
     *
     * @param own the model's tensors
     * @throws IllegalArgumentException if the state does not fit, as the options require; nothing is changed then
     */
    static Block.LoadReport load(Block block, StateDict own, StateDict given, LoadOptions options) {
        var loader = new StateLoader(block.getClass().getSimpleName());
        loader.compare(own, options.changed(given));
        loader.check(options);
        try (var off = Autograd.noGrad()) {
            loader.copies.forEach(Tensor::copy_);
        }
        return new Block.LoadReport(
                List.copyOf(loader.missing), List.copyOf(loader.unexpected), List.copyOf(loader.mismatched));
    }

    private void compare(StateDict own, StateDict state) {
        boolean isOld = state.names().stream().noneMatch(n -> n.endsWith(BATCHES));
        own.entries()
                .forEach((name, t) -> {
                    Tensor loaded = state.get(name);
                    if (loaded == null && isOld && isOfLoadedNorm(name, state)) {
                        copies.put(t, t.newZeros()); // as PyTorch does
                    } else if (loaded == null) {
                        missing.add(name);
                    } else if (!loaded.shape().equals(t.shape())) {
                        mismatched.add(name);
                        mismatches.add(
                                "%s: is %s in the state, %s in the model".formatted(name, loaded.shape(), t.shape()));
                    } else {
                        copies.put(t, loaded);
                    }
                });
        for (String name : state.names()) {
            if (!own.contains(name)) {
                unexpected.add(name);
            }
        }
    }

    /** {@return whether a tensor is a batch norm's number of batches, and the state has that norm's mean} */
    private static boolean isOfLoadedNorm(String name, StateDict state) {
        return name.endsWith(BATCHES)
                && state.contains(name.substring(0, name.length() - BATCHES.length()) + "running_mean");
    }

    private void check(LoadOptions options) {
        boolean isMisshapen = !mismatched.isEmpty() && !options.ignoresMismatchedShapes();
        if (isMisshapen || options.isStrict() && (!missing.isEmpty() || !unexpected.isEmpty())) {
            var message = new StringBuilder("loadStateDict: the state does not fit ").append(model);
            list(message, "missing", missing, options.isStrict());
            list(message, "unexpected", unexpected, options.isStrict());
            list(message, "of another shape", mismatches, isMisshapen);
            throw new IllegalArgumentException(message.toString());
        }
    }

    private static void list(StringBuilder message, String what, List<String> names, boolean tell) {
        if (tell && !names.isEmpty()) {
            message.append("\n  ").append(what).append(" (").append(names.size()).append("):");
            names.forEach(n -> message.append("\n    ").append(n));
        }
    }
}
