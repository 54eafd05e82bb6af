package fathom.vision.models;

import fathom.nn.Layer;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Models by name. */
public final class Models {
    private static final Map<String, Supplier<Layer>> REGISTRY = Collections.synchronizedMap(new TreeMap<>());

    static {
        register("softmax", SoftmaxRegression::new);
        register("mlp", MLP::new);
        register("lenet", LeNet::new);
        register("lenet-relu", LeNetReLU::new);
    }

    private Models() {}

    /**
     * {@return a new model of that name, freshly initialised}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Layer create(String name) {
        Supplier<Layer> maker = REGISTRY.get(name);
        if (maker == null) {
            throw new IllegalArgumentException(
                    "no model is named %s; there are %s".formatted(name, String.join(", ", names())));
        }
        return maker.get();
    }

    /** {@return the names, sorted} */
    public static Set<String> names() {
        synchronized (REGISTRY) {
            return Set.copyOf(REGISTRY.keySet()).stream()
                    .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
        }
    }

    /** Adds a model, or replaces one, under a name. */
    public static void register(String name, Supplier<Layer> maker) {
        REGISTRY.put(name, maker);
    }
}
