package fathom.train.recipe;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.architecture.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Models in one file, architecture and weights, which are loaded without their class being named in the program.
 *
 * {@snippet :
 * Model.save(Path.of("digits.safetensors"), net);
 * Layer net = Model.load(Path.of("digits.safetensors"));      // in another program
 * }
 *
 * <p>The architecture is data, never code: a {@link fathom.nn.Sequential} of built-in layers is stored as it prints,
 * and any other network by the name of its {@linkplain Recipe recipe}, or under which it was {@linkplain #register
 * registered}, with a description of the parts that were replaced, such as the head. The file is a safetensors file,
 * whose weights {@link StateDict#load} reads too.
 */
public final class Model {
    private static final String FORMAT = "format";
    private static final String FORMAT_NAME = "fathom model";
    private static final String FORMAT_VERSION = "formatVersion";
    private static final String VERSION = "1";

    /** The metadata with a description of the whole network. */
    private static final String ARCHITECTURE = "architecture";

    /** The metadata with the name of a known network, and the descriptions, by path, of its replaced parts. */
    private static final String NAME = "model";

    private static final String REPLACED = "replaced";

    /** The metadata with the name of a recipe and the config of a run. */
    private static final String RECIPE = "recipe";

    private static final String SETTINGS = "settings";

    private static final JsonMapper JSON = new JsonMapper();

    private static final Map<String, Supplier<? extends Layer>> REGISTERED = new ConcurrentSkipListMap<>();

    private Model() {}

    /**
     * Makes a network of one's own known to {@link #save} and {@link #load}, in each program that uses it.
     *
     * @param name the name in files
     * @param maker makes a newly initialised network; called on {@link Device#META}, too
     */
    public static void register(String name, Supplier<? extends Layer> maker) {
        REGISTERED.put(name, maker);
    }

    /** {@return the names of the networks that {@link #load} knows: those registered, and the recipes} */
    public static Set<String> names() {
        return new TreeSet<>(known().keySet());
    }

    private static Map<String, Supplier<? extends Layer>> known() {
        var known = new TreeMap<String, Supplier<? extends Layer>>();
        Recipes.all().forEach(r -> known.put(r.name(), r::network));
        known.putAll(REGISTERED);
        return known;
    }

    // ---- saving ---------------------------------------------------------------------------------------------------

    /**
     * Writes a network.
     *
     * @param file the file, with the extension {@code .safetensors}
     * @throws IllegalArgumentException if the architecture cannot be described: names the layer, and what can be done
     * @throws IOException if the file cannot be written; an existing one is unchanged then
     */
    public static void save(Path file, Layer net) throws IOException {
        StateDict state = net.stateDict();
        state.metadata().putAll(described(net));
        write(file, state);
    }

    private static void write(Path file, StateDict state) throws IOException {
        state.metadata().put(FORMAT, FORMAT_NAME);
        state.metadata().put(FORMAT_VERSION, VERSION);
        state.save(file);
    }

    private static Map<String, String> described(Layer net) {
        String why;
        try {
            return Map.of(ARCHITECTURE, Architecture.describe(net));
        } catch (IllegalArgumentException e) {
            why = String.valueOf(e.getMessage());
        }
        String nearest = null;
        Map<String, String> replaced = Map.of();
        for (var e : known().entrySet()) {
            var differences = Architecture.differences(net, e.getValue());
            if (differences != null && (nearest == null || differences.size() < replaced.size())) {
                nearest = e.getKey();
                replaced = differences;
            }
        }
        if (nearest == null) {
            throw new IllegalArgumentException(
                    "Model.save: %s, and the network is none of the known ones (%s), apart from replaced parts; make it known by Model.register(name, constructor), or save its stateDict()"
                            .formatted(why, String.join(", ", names())));
        }
        var described = new LinkedHashMap<String, String>();
        described.put(NAME, nearest);
        if (!replaced.isEmpty()) {
            described.put(REPLACED, JSON.writeValueAsString(replaced));
        }
        return described;
    }

    /** Writes the network of a run, with the config that its recipe makes it from. */
    static void save(Path file, Recipe recipe, Map<String, Object> settings, StateDict weights) throws IOException {
        var state = new StateDict();
        weights.entries().forEach(state::put);
        state.metadata().put(RECIPE, recipe.name());
        state.metadata().put(SETTINGS, JSON.writeValueAsString(settings));
        write(file, state);
    }

    // ---- loading --------------------------------------------------------------------------------------------------

    /**
     * {@return the network of a file, in evaluation mode, on the {@linkplain Device#current current device}}
     *
     * @throws IOException if the file cannot be read, is damaged or not a saved model, or names a network or a layer
     *     that is not known here, naming those that are
     */
    public static Layer load(Path file) throws IOException {
        StateDict state = StateDict.load(file);
        try {
            Supplier<Layer> maker = maker(state.metadata());
            check(shapes(maker), state); // before memory is allocated
            Layer net = Init.skip(maker);
            DType type = floatingType(state);
            if (type != null) {
                net.to(type);
            }
            net.loadStateDict(state);
            return net.eval();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
        } catch (JacksonException e) {
            throw new IOException("%s: its metadata are damaged: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private static StateDict shapes(Supplier<Layer> maker) {
        try (var _ = Device.META.open()) {
            return maker.get().stateDict();
        } catch (OutOfMemoryError e) { // a tensor of more than 2^63 bytes
            throw new IllegalArgumentException("its weights do not fit its architecture: " + e.getMessage(), e);
        }
    }

    private static Supplier<Layer> maker(Map<String, String> metadata) {
        String version = metadata.getOrDefault(FORMAT_VERSION, VERSION);
        if (!version.equals(VERSION)) {
            throw new IllegalArgumentException(
                    "written by another version of Fathom (format %s, this one reads %s)".formatted(version, VERSION));
        }
        String architecture = metadata.get(ARCHITECTURE);
        if (architecture != null) {
            return () -> Architecture.make(architecture);
        }
        String recipe = metadata.get(RECIPE);
        if (recipe != null) {
            return ofRun(recipe, metadata.getOrDefault(SETTINGS, "{}"));
        }
        String name = metadata.get(NAME);
        if (name == null) {
            throw new IllegalArgumentException(
                    "not a saved model: it has no architecture; StateDict.load reads the tensors of any file");
        }
        Supplier<? extends Layer> known = known().get(name);
        if (known == null) {
            throw new IllegalArgumentException(
                    "it is of the model %s, which is not known here; known are %s. Models of one's own are made known by Model.register(name, constructor)"
                            .formatted(name, String.join(", ", names())));
        }
        Map<String, String> replaced =
                read(metadata.getOrDefault(REPLACED, "{}"), new TypeReference<Map<String, String>>() {});
        return () -> {
            Layer net = known.get();
            replaced.forEach((path, text) -> net.replace(path, Architecture.make(text)));
            return net;
        };
    }

    private static Supplier<Layer> ofRun(String name, String settings) {
        Recipe recipe = Recipes.get(name);
        Map<String, Object> values = read(settings, new TypeReference<Map<String, Object>>() {});
        Map<String, String> own = TrainedRun.own(recipe, values);
        return () ->
                recipe.open(
                                new TaskOptions(
                                        recipe.hyperParameters(), null, TaskOptions.ALL, 0, own, values, line -> {}))
                        .network();
    }

    private static <T> Map<String, T> read(String json, TypeReference<Map<String, T>> type) {
        Map<String, T> values = JSON.readValue(json, type);
        if (values == null) {
            throw new IllegalArgumentException("its metadata have null instead of an object");
        }
        return values;
    }

    private static void check(StateDict expected, StateDict actual) {
        var names = new HashSet<>(expected.names());
        names.addAll(actual.names());
        for (String name : new TreeSet<>(names)) {
            Tensor e = expected.get(name);
            Tensor a = actual.get(name);
            if (e == null || a == null || !e.shape().equals(a.shape())) {
                throw new IllegalArgumentException(
                        "its weights do not fit its architecture: %s %s"
                                .formatted(
                                        name,
                                        a == null
                                                ? "is missing"
                                                : e == null
                                                        ? "is unexpected"
                                                        : "is %s instead of %s".formatted(a.shape(), e.shape())));
            }
        }
    }

    /** {@return the floating-point type of all tensors; null if they have several, or none} */
    private static @Nullable DType floatingType(StateDict state) {
        var types = new HashSet<DType>();
        state.entries()
                .values()
                .forEach(t -> {
                    if (t.dtype().isFloating()) {
                        types.add(t.dtype());
                    }
                });
        return types.size() == 1 ? types.iterator().next() : null;
    }
}
