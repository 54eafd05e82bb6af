package fathom.spark;

import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.Predictor;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * A trained model that travels to executors: how it is built, and its weights. An executor builds it once, whatever the
 * number of tasks.
 *
 * {@snippet :
 * SparkModel model = SparkModel.of(net, () -> new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 3)));
 * Dataset<Row> scored = Inference.predict(frame, model, o -> o.features("a", "b", "c", "d"));
 * }
 */
public final class SparkModel implements Serializable {
    private static final long serialVersionUID = 1;

    /** Models that this JVM has built; they live as long as it, like a job's executors. */
    private static final ConcurrentMap<UUID, Predictor> BUILT = new ConcurrentHashMap<>();

    /** Builds a model with weights that do not matter. */
    @FunctionalInterface
    public interface Architecture extends Supplier<Layer>, Serializable {}

    private final UUID id = UUID.randomUUID();
    private final Architecture architecture;
    private final byte[] weights;

    private SparkModel(Architecture architecture, byte[] weights) {
        this.architecture = architecture;
        this.weights = weights;
    }

    /**
     * {@return a model with the weights of {@code trained}, as they are now}
     *
     * @param architecture builds a model with the same parameters; it runs on executors
     * @throws fathom.FathomException if {@code architecture} builds a model with other parameters
     * @throws IllegalArgumentException if the weights take more than 2 GB
     */
    public static SparkModel of(Layer trained, Architecture architecture) {
        byte[] weights =
                throughFile(file -> {
                    trained.stateDict().save(file);
                    if (Files.size(file) > Integer.MAX_VALUE - 8) {
                        throw new IllegalArgumentException(
                                "SparkModel: the weights take %s bytes, and at most 2 GB travel in one piece; put them on shared storage, and let the architecture load them"
                                        .formatted(Files.size(file)));
                    }
                    return Files.readAllBytes(file);
                });
        var model = new SparkModel(architecture, weights);
        model.build(); // an architecture that does not fit is found here, not on an executor
        return model;
    }

    private interface WithFile<T> {
        T apply(Path file) throws IOException;
    }

    private static <T> T throughFile(WithFile<T> use) {
        try {
            Path file = Files.createTempFile("fathom-model", ".safetensors");
            try {
                return use.apply(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Layer build() {
        Layer layer = architecture.get();
        return throughFile(file -> {
            Files.write(file, weights);
            layer.loadStateDict(StateDict.load(file));
            return layer;
        });
    }

    /** {@return the model, built in this JVM at the first call} */
    public Predictor predictor() {
        return BUILT.computeIfAbsent(id, i -> Predictor.of(build()));
    }
}
