package fathom.optim;

import fathom.Tensor;
import fathom.services.Services;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Optimisers by name, as settings and the command line give them: {@code sgd}, {@code momentum} (SGD with a momentum of
 * 0.9), {@code nesterov} (likewise, with Nesterov's momentum), {@code adagrad}, {@code adadelta}, {@code rmsprop},
 * {@code adam}, {@code adamw}, {@code nadam}, {@code adamax}, {@code sparse-adam}, those of {@link fathom.optim.rule},
 * and those of every {@link Provider} on the module path or the class path.
 */
public final class Optimizers {
    private static final double MOMENTUM = 0.9;

    /** Makes an optimiser of some parameters with a learning rate. */
    @FunctionalInterface
    public interface Maker extends BiFunction<List<Tensor>, Double, Optimizer> {}

    /** A service that names optimisers; registered as other services of Java are. */
    public interface Provider {
        /** {@return the optimisers by name} */
        Map<String, Maker> optimizers();
    }

    private static final Map<String, Maker> OWN =
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
                    Map.entry("sparse-adam", SparseAdam::new));

    private static final class Found {
        static final Map<String, Maker> ALL = load();
    }

    private static Map<String, Maker> load() {
        ModuleLayer layer = Optimizers.class.getModule().getLayer();
        List<ServiceLoader<Provider>> loaders =
                layer == null
                        ? List.of(ServiceLoader.load(Provider.class, Optimizers.class.getClassLoader()))
                        : List.of(ServiceLoader.load(layer, Provider.class), ServiceLoader.load(Provider.class));
        var all = new TreeMap<>(OWN);
        Services.load(Provider.class, loaders, p -> p.getClass().getName())
                .forEach(p -> p.optimizers().forEach(all::putIfAbsent));
        return all;
    }

    private Optimizers() {}

    /** {@return the names, sorted} */
    public static Set<String> names() {
        return new TreeSet<>(Found.ALL.keySet());
    }

    /**
     * {@return a new optimiser with its default settings}
     *
     * @param lr the learning rate
     * @throws IllegalArgumentException if there is none of that name, naming those there are
     */
    public static Optimizer create(String name, List<Tensor> parameters, double lr) {
        var make = Found.ALL.get(name);
        if (make == null) {
            throw new IllegalArgumentException(
                    "there is no optimizer %s; there are %s".formatted(name, String.join(", ", names())));
        }
        return make.apply(parameters, lr);
    }
}
