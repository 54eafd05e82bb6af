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
 * {@code adam}, {@code adamw}, {@code nadam}, {@code adamax}.
 */
public final class Optimizers {
    private static final double MOMENTUM = 0.9;

    private static final Map<String, BiFunction<List<Tensor>, Double, Optimizer>> ALL =
            new TreeMap<>(
                    Map.of(
                            "sgd", SGD::new,
                            "momentum", (p, lr) -> new SGD(p, lr, o -> o.momentum(MOMENTUM)),
                            "nesterov", (p, lr) -> new SGD(p, lr, o -> o.momentum(MOMENTUM).nesterov(true)),
                            "adagrad", Adagrad::new,
                            "adadelta", Adadelta::new,
                            "rmsprop", RMSprop::new,
                            "adam", Adam::new,
                            "adamw", AdamW::new,
                            "nadam", NAdam::new,
                            "adamax", Adamax::new));

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
