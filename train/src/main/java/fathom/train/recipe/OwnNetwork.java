package fathom.train.recipe;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.io.Npy;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.nn.loss.NLLLoss;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run of the user's own network, trained by a {@link fathom.train.Trainer} without a recipe. Its config names the
 * classes of the network and of the loss, of which new instances are created; the data is the user's to name.
 */
final class OwnNetwork implements Recipe {
    /** The config's entry with the network's class. */
    static final String CLASS = "class";

    private static final String DATA =
            "a .safetensors file with the tensors x and y, or the class of a Dataset on the class path";

    private final String className;
    private final @Nullable String lossName;

    OwnNetwork(String className, @Nullable String lossName) {
        this.className = className;
        this.lossName = lossName;
    }

    @Override
    public RecipeCard card() {
        return RecipeCard.of(className, "a network of yours").withData("yours", DATA);
    }

    @Override
    public boolean isTrainable() {
        return false;
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("sgd", 0.01);
    }

    @Override
    public Loss loss() {
        try {
            return (Loss) Class.forName("fathom.nn.loss." + lossName).getConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new RecipeException(
                    "the run was trained with the loss %s, which is not one of Fathom's: it cannot be evaluated here"
                            .formatted(lossName));
        }
    }

    private boolean isClassifier() {
        return CrossEntropyLoss.class.getSimpleName().equals(lossName)
                || NLLLoss.class.getSimpleName().equals(lossName);
    }

    @Override
    public List<Metric> metrics() {
        return isClassifier() ? List.of(Metrics.accuracy()) : List.of();
    }

    @Override
    public RecipeExample example(int batchSize) {
        throw new RecipeException(
                "%s: summary and profile take the class, and --input for the shape of an example".formatted(className));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new Task(options);
    }

    /** {@return a new object of a class, which has a public constructor without parameters} */
    private static <T> T create(Class<T> type, String name) {
        try {
            Class<?> found = Class.forName(name, true, ClassLoader.getSystemClassLoader());
            if (!type.isAssignableFrom(found)) {
                throw new RecipeException("%s is not a %s".formatted(name, type.getSimpleName()));
            }
            return type.cast(found.getConstructor().newInstance());
        } catch (ClassNotFoundException e) {
            throw new RecipeException(
                    "the class %s is not on the class path (./fathom --class-path CLASSES ...)".formatted(name));
        } catch (InvocationTargetException e) {
            throw new RecipeException("the constructor of %s failed: %s".formatted(name, e.getCause()));
        } catch (ReflectiveOperationException e) {
            throw new RecipeException(
                    "%s has no public constructor without parameters, by which it is made again".formatted(name));
        }
    }

    private final class Task implements RecipeTask {
        private final TaskOptions options;

        Task(TaskOptions options) {
            this.options = options;
        }

        @Override
        public Layer network() {
            return create(Layer.class, className);
        }

        @Override
        public DataLoader train() {
            throw new RecipeException(
                    "%s was trained by a program of yours: run that again, with resume(true)".formatted(className));
        }

        @Override
        public DataLoader evaluation() {
            Dataset data = dataset();
            return DataLoader.of(
                    options.limit() < data.size() ? data.range(0, options.limit()) : data,
                    options.hyperParameters().batchSize());
        }

        private Dataset dataset() {
            String data = options.data();
            if (data == null) {
                throw new RecipeException("data", "a network of yours needs " + DATA);
            }
            if (!data.endsWith(".safetensors")) {
                return create(Dataset.class, data);
            }
            try {
                StateDict state = StateDict.load(Path.of(data));
                Tensor x = state.get("x");
                Tensor y = state.get("y");
                if (x == null || y == null) {
                    throw new RecipeException(
                            "data", "%s has the tensors %s; expected x and y".formatted(data, state.names()));
                }
                return new TensorDataset(x, y);
            } catch (IOException e) {
                throw new RecipeException("data", String.valueOf(e.getMessage()));
            }
        }

        @Override
        public String data() {
            return String.valueOf(options.data());
        }

        /** An input is an example: numbers separated by commas, or a {@code .npy} file of any shape. */
        @Override
        public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
            Device device = net.parameters().isEmpty() ? Device.current() : net.parameters().getFirst().device();
            var lines = new ArrayList<String>();
            for (String input : asked.inputs()) {
                lines.add(input + ": " + prediction(net, example(input), device, asked.top()));
            }
            if (asked.inputs().isEmpty()) {
                Dataset data = dataset();
                for (long i = 0; i < Math.min(asked.count(), data.size()); i++) {
                    var example = data.get(i);
                    lines.add(
                            String.format(
                                    Locale.ROOT,
                                    "%d: %s (is %s)",
                                    i,
                                    prediction(net, example.x(), device, asked.top()),
                                    text(example.y())));
                }
            }
            return lines;
        }

        private static Tensor example(String input) throws IOException {
            if (Files.isRegularFile(Path.of(input))) {
                return Npy.load(Path.of(input));
            }
            try {
                double[] numbers = Arrays.stream(input.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
                return Tensors.tensor(numbers).to(DType.FLOAT32);
            } catch (NumberFormatException e) {
                throw new RecipeException(
                        "an example is numbers separated by commas, or a .npy file that exists, not " + input);
            }
        }

        private String prediction(Layer net, Tensor example, Device device, int top) {
            try (var _ = Tensors.noGrad()) {
                Tensor result = net.call(example.unsqueeze(0).to(device)).squeeze(0);
                return isClassifier() && result.dim() == 1 ? classes(result, top) : text(result);
            }
        }

        private static String classes(Tensor scores, int top) {
            var best = scores.softmax(0).topk(Math.min(top, scores.size(0)));
            long[] classes = best.indices().toLongArray();
            float[] shares = best.values().to(DType.FLOAT32).toFloatArray();
            var words = new ArrayList<String>();
            for (int i = 0; i < classes.length; i++) {
                words.add(String.format(Locale.ROOT, "class %d %.1f %%", classes[i], 100 * shares[i]));
            }
            return String.join(", ", words);
        }

        private static String text(Tensor t) {
            if (t.numel() > 20) {
                return "a tensor of " + t.shape();
            }
            double[] values = t.to(DType.FLOAT64).flatten().toDoubleArray();
            return Arrays.stream(values)
                    .mapToObj(v ->
                            v == Math.rint(v) && Math.abs(v) < 1e9
                                    ? String.format(Locale.ROOT, "%.0f", v)
                                    : String.format(Locale.ROOT, "%.4g", v))
                    .collect(Collectors.joining(", "));
        }
    }
}
