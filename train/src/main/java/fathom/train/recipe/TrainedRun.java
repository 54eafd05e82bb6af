package fathom.train.recipe;

import fathom.Device;
import fathom.Precision;
import fathom.files.InputFiles;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.Evaluation;
import fathom.train.Task;
import fathom.train.metric.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of a run trained by a recipe, or of a network of the user's whose class is on the class path: its config
 * and its network. Invalid config entries are errors that name the entry.
 *
 * {@snippet :
 * TrainedRun run = TrainedRun.open(Path.of("runs/lenet"));
 * RecipeTask task = run.task(o -> o.limit(1000));
 * Layer net = run.network(task, false);
 * IO.println(run.evaluate(task, net));
 * }
 */
public final class TrainedRun {
    private static final String CONFIG = "config.json";

    /** The config entry of the recipe's own options. */
    static final String OPTIONS = "options";

    private final Path folder;
    private final Map<String, Object> values;
    private final Recipe recipe;

    private TrainedRun(Path folder, Map<String, Object> values) {
        this.folder = folder;
        this.values = Collections.unmodifiableMap(values);
        String name = text("model");
        String ownClass = text(OwnNetwork.CLASS);
        this.recipe =
                name == null && ownClass != null
                        ? new OwnNetwork(ownClass, text("loss"))
                        : Recipes.find(name == null ? "" : name)
                                .orElseThrow(() ->
                                        new RecipeException(
                                                "%s names no model that is known here: %s"
                                                        .formatted(folder.resolve(CONFIG), name)));
    }

    /**
     * Reads the config of a run.
     *
     * @throws RecipeException if the folder is not that of a run, or its config is damaged
     */
    public static TrainedRun open(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (!Files.isDirectory(folder)) {
            throw new RecipeException("there is no folder " + folder);
        }
        if (!Files.isRegularFile(file)) {
            throw new RecipeException(folder + " is not the folder of a run: it has no " + CONFIG);
        }
        try {
            Map<String, Object> values =
                    new JsonMapper().readValue(InputFiles.text(file), new TypeReference<Map<String, Object>>() {});
            if (values == null) {
                throw new RecipeException(file + " is damaged: it holds null");
            }
            return new TrainedRun(folder, values);
        } catch (JacksonException e) {
            throw new RecipeException("%s is damaged: %s".formatted(file, e.getOriginalMessage()));
        } catch (IOException e) {
            throw new RecipeException(String.valueOf(e.getMessage()));
        }
    }

    /** {@return the recipe that the run was trained with} */
    public Recipe recipe() {
        return recipe;
    }

    /** {@return the folder} */
    public Path folder() {
        return folder;
    }

    /** {@return the entries of the config, by name} */
    public Map<String, Object> settings() {
        return values;
    }

    /** {@return whether there is a checkpoint to resume from} */
    public boolean hasCheckpoint() {
        return Files.isRegularFile(folder.resolve("checkpoint.safetensors"));
    }

    /**
     * {@return the hyper-parameters of the run}
     *
     * @throws RecipeException if the config is damaged
     */
    public HyperParameters hyperParameters() {
        HyperParameters own = recipe.hyperParameters();
        String rule = text("rule");
        return new HyperParameters(
                integer("epochs", own.epochs()),
                integer("batchSize", own.batchSize()),
                rule == null ? own.optimizer() : rule,
                real("lr", own.lr()),
                real("decay", own.decay()),
                own.clipNorm());
    }

    /** {@return the seed of the run} */
    public long seed() {
        return whole("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    int limit() {
        return integer("limit", TaskOptions.ALL);
    }

    @Nullable String data() {
        return text("data");
    }

    /** {@return the recipe's own options, with their defaults} */
    Map<String, String> own() {
        Object saved = values.get(OPTIONS);
        if (values.containsKey(OPTIONS) && !isTextByName(saved)) {
            throw wrong(OPTIONS, "the options by name, as text");
        }
        return own(recipe, values);
    }

    /** {@return the recipe's own options in a config, with defaults; those of another form are ignored} */
    static Map<String, String> own(Recipe recipe, Map<String, Object> config) {
        var own = new LinkedHashMap<String, String>();
        if (config.get(OPTIONS) instanceof Map<?, ?> map && isTextByName(map)) {
            map.forEach((name, value) -> own.put(String.valueOf(name), String.valueOf(value)));
        }
        return OptionValues.of(recipe, own);
    }

    private static boolean isTextByName(@Nullable Object saved) {
        return saved instanceof Map<?, ?> map && map.values().stream().allMatch(String.class::isInstance);
    }

    Precision precision() {
        return Precision.BFLOAT16.name().equals(text("precision")) ? Precision.BFLOAT16 : Precision.FLOAT32;
    }

    /** Options for evaluating and using a run. The defaults are the run's. */
    public static final class Options {
        private @Nullable String data;
        private int limit = TaskOptions.ALL;
        private @Nullable Integer batchSize;
        private Consumer<String> notice = System.err::println;

        Options() {}

        /** The data, as {@link RecipeCard#dataOption} describes them. */
        public Options data(String data) {
            this.data = data;
            return this;
        }

        /** The maximum number of examples. Default: all. */
        public Options limit(int limit) {
            if (limit < 1) {
                throw new RecipeException("limit", String.format(Locale.ROOT, "must be at least 1, is %d", limit));
            }
            this.limit = limit;
            return this;
        }

        /** The batch size. */
        public Options batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /** Receives lines for the user. Default: prints them on standard error. */
        public Options notice(Consumer<String> notice) {
            this.notice = notice;
            return this;
        }
    }

    /**
     * {@return the task of the run}
     *
     * @throws RecipeException if an option cannot be used
     */
    public RecipeTask task(Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        HyperParameters hyper = hyperParameters();
        return recipe.open(
                new TaskOptions(
                        o.batchSize == null ? hyper : hyper.withBatchSize(o.batchSize),
                        o.data == null ? data() : o.data,
                        o.limit,
                        seed(),
                        own(),
                        values,
                        o.notice));
    }

    /**
     * {@return the trained network in evaluation mode}
     *
     * @param best whether to load the weights of the best epoch rather than the last
     * @throws IOException if they cannot be read
     */
    public Layer network(RecipeTask task, boolean best) throws IOException {
        StateDict weights = weights(best);
        Layer net = task.network();
        net.loadStateDict(weights);
        return net.eval();
    }

    /**
     * Writes the trained network into one file, which {@link Model#load} reads.
     *
     * @param file the file, with the extension {@code .safetensors}
     * @param best whether to take the weights of the best epoch rather than the last
     * @throws IOException if there are none, or the file cannot be written
     */
    public void save(Path file, boolean best) throws IOException {
        Model.save(file, recipe, values, weights(best));
    }

    private StateDict weights(boolean best) throws IOException {
        Path file = folder.resolve(best ? "best.safetensors" : "model.safetensors");
        if (!Files.isRegularFile(file)) {
            throw new IOException("%s: the run has not written %s yet".formatted(folder, file.getFileName()));
        }
        StateDict weights = StateDict.load(file);
        String run = weights.metadata().get("run");
        if (run != null && values.get("run") != null && !run.equals(values.get("run"))) {
            throw new IOException("%s and %s belong to different runs".formatted(file, CONFIG));
        }
        return weights;
    }

    /** {@return the names of the task's classes by label; empty if the model is no classifier} */
    public List<String> classes(RecipeTask task) {
        List<String> classes = task.classes();
        return classes == null ? recipe.classes() : classes;
    }

    /**
     * {@return loss and metrics on the task's {@linkplain RecipeTask#evaluation evaluation data}}
     *
     * @param more further metrics
     */
    public Evaluation evaluate(RecipeTask task, Layer net, Metric... more) {
        Task<?> own = task.task(net);
        List<Metric> metrics = new ArrayList<>(own == null ? RecipeTraining.metrics(recipe, task) : own.metrics());
        metrics.addAll(List.of(more));
        Device device = net.parameters().isEmpty() ? Device.current() : net.parameters().getFirst().device();
        Metric[] all = metrics.toArray(Metric[]::new);
        return RecipeTraining.trainer(recipe, task, net, t -> t.metrics(all).device(device))
                .evaluate(task.evaluation());
    }

    // ---- config entries, validated when read --------------------------------------------------------------------

    private @Nullable String text(String name) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name) || value instanceof String) {
            return (String) value;
        }
        throw wrong(name, "text");
    }

    /** {@return a whole number of at least 1} */
    private int integer(String name, int otherwise) {
        return (int) whole(name, otherwise, 1, Integer.MAX_VALUE);
    }

    private long whole(String name, long otherwise, long least, long most) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name)) {
            return otherwise;
        }
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw wrong(name, "a whole number" + (least == 1 ? " from 1 to " + most : ""));
    }

    /** {@return a finite number above 0} */
    private double real(String name, double otherwise) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name)) {
            return otherwise;
        }
        if (value instanceof Number n && n.doubleValue() > 0 && n.doubleValue() < Double.POSITIVE_INFINITY) {
            return n.doubleValue();
        }
        throw wrong(name, "a number above 0");
    }

    private RecipeException wrong(String name, String wanted) {
        String value = String.valueOf(values.get(name));
        return new RecipeException(
                "%s is damaged: %s is %s; expected %s"
                        .formatted(
                                folder.resolve(CONFIG),
                                name,
                                value.length() <= 60 ? value : value.substring(0, 57) + "...",
                                wanted));
    }
}
