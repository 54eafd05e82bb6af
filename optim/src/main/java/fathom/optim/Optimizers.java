package fathom.optim;

import fathom.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Optimisers by name, as settings and the command line give them: {@code sgd}, {@code momentum} (SGD with a momentum of
 * 0.9), {@code nesterov} (likewise, with Nesterov's momentum), {@code adagrad}, {@code adadelta}, {@code rmsprop},
 * {@code adam}, {@code adamw}, {@code nadam}, {@code adamax}, {@code sparse-adam}.
 */
public final class Optimizers {
    private static final double MOMENTUM = 0.9;

    private static final Map<String, BiFunction<List<Tensor>, Double, Optimizer>> ALL =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("sgd", SGD::new),
                            Map.entry("momentum", (p, lr) -> new SGD(p, lr, o -> o.momentum(MOMENTUM))),
                            Map.entry("nesterov", (p, lr) -> new SGD(p, lr, o -> o.momentum(MOMENTUM).nesterov(true))),
                            Map.entry("adagrad", Adagrad::new),
                            Map.entry("adadelta", Adadelta::new),
                            Map.entry("rmsprop", RMSprop::new),
                            Map.entry("adam", Adam::new),
                            Map.entry("adamw", AdamW::new),
                            Map.entry("nadam", NAdam::new),
                            Map.entry("adamax", Adamax::new),
                            Map.entry("sparse-adam", SparseAdam::new)));

    private Optimizers() {}

    /** {@return the names, sorted} */
    public static Set<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    /**
     * {@return a new optimiser with its default settings}
     *
     * @param lr the learning rate
     * @throws IllegalArgumentException if there is none of that name, naming those there are
     */
    public static Optimizer create(String name, List<Tensor> parameters, double lr) {
        var make = ALL.get(name);
        if (make == null) {
            throw new IllegalArgumentException(
                    "there is no optimizer %s; there are %s".formatted(name, String.join(", ", names())));
        }
        return make.apply(parameters, lr);
    }
}
