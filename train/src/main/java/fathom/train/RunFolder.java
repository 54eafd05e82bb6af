package fathom.train;

import fathom.StateDict;
import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.nn.Layer;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a run. {@code checkpoint.safetensors} has everything to go on from; {@code model.safetensors} the last
 * weights and {@code best.safetensors} those of the best epoch, both as {@link StateDict} reads them; {@code
 * metrics.csv}, {@code curve.png}, {@code curve.svg} and {@code config.json} are for people.
 */
final class RunFolder {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";

    /** Buffers that are no part of a network's state dictionary, but may change from step to step all the same. */
    private static final String TRANSIENT = "transient.";

    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;

    RunFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    Path checkpoint() {
        return folder.resolve("checkpoint.safetensors");
    }

    boolean hasCheckpoint() {
        return Files.isRegularFile(checkpoint());
    }

    /** Writes all that resuming takes. */
    void save(Layer net, Optimizer optimizer, Map<String, String> schedule, TrainingState state) throws IOException {
        var file = new StateDict();
        net.stateDict().entries().forEach((name, t) -> file.put(MODEL + name, t));
        transients(net).forEach((name, t) -> file.put(TRANSIENT + name, t));
        OptimizerState o = optimizer.stateDict();
        o.tensors().forEach((name, t) -> file.put(OPTIMIZER + name, t));
        file.metadata().put("format", "fathom checkpoint");
        file.metadata().put("optimizer", JSON.writeValueAsString(o.metadata()));
        file.metadata().put("schedule", JSON.writeValueAsString(schedule));
        file.metadata().put("training", JSON.writeValueAsString(state));
        file.save(checkpoint());
    }

    /** What a checkpoint says beside the network's and the optimiser's state. */
    record Loaded(TrainingState state, Map<String, String> schedule) {}

    /**
     * Restores a checkpoint.
     *
     * @throws IOException if it is damaged or of another kind
     * @throws IllegalArgumentException if it is of another network or optimiser
     */
    Loaded load(Layer net, Optimizer optimizer) throws IOException {
        StateDict file = StateDict.load(checkpoint());
        var model = new StateDict();
        var tensors = new LinkedHashMap<String, Tensor>();
        file.entries()
                .forEach((name, t) -> {
                    if (name.startsWith(MODEL)) {
                        model.put(name.substring(MODEL.length()), t);
                    } else if (name.startsWith(OPTIMIZER)) {
                        tensors.put(name.substring(OPTIMIZER.length()), t);
                    }
                });
        TrainingState state = metadata(file, "training", new TypeReference<TrainingState>() {});
        if (state.version != TrainingState.VERSION) {
            throw new IOException(
                    "%s: written by another version of Fathom (form %d, this one reads %d)"
                            .formatted(checkpoint(), state.version, TrainingState.VERSION));
        }
        net.loadStateDict(model);
        restoreTransients(net, file);
        optimizer.loadStateDict(
                OptimizerState.of(tensors, metadata(file, "optimizer", new TypeReference<Map<String, String>>() {})));
        return new Loaded(state, metadata(file, "schedule", new TypeReference<Map<String, String>>() {}));
    }

    private static Map<String, Tensor> transients(Layer net) {
        var found = new LinkedHashMap<>(net.namedBuffers());
        found.keySet().removeAll(net.stateDict().names());
        return found;
    }

    private void restoreTransients(Layer net, StateDict file) {
        transients(net)
                .forEach((name, t) -> {
                    Tensor kept = file.get(TRANSIENT + name);
                    if (kept == null) {
                        return; // a checkpoint of old: such buffers were tables then, which do not change
                    }
                    if (!kept.shape().equals(t.shape())) {
                        throw new IllegalArgumentException(
                                "%s: the buffer %s is %s in the checkpoint, %s in the network"
                                        .formatted(checkpoint(), name, kept.shape(), t.shape()));
                    }
                    t.copy_(kept);
                });
    }

    private <T> T metadata(StateDict file, String name, TypeReference<T> type) throws IOException {
        String text = file.metadata().get(name);
        if (text == null) {
            throw new IOException(
                    "%s: not a checkpoint of a training: it has no entry \"%s\"".formatted(checkpoint(), name));
        }
        try {
            return JSON.readValue(text, type);
        } catch (JacksonException e) {
            throw new IOException(
                    "%s: the checkpoint is damaged: %s: %s".formatted(checkpoint(), name, e.getOriginalMessage()), e);
        }
    }

    void saveWeights(Layer net, String name) throws IOException {
        net.stateDict().save(folder.resolve(name));
    }

    void writeConfig(Map<String, Object> config) throws IOException {
        text("config.json", JSON.writeValueAsString(config) + "\n");
    }

    /** The history so far as a table: one row per epoch. */
    void writeMetrics(List<EpochResult> history) throws IOException {
        var train = new LinkedHashSet<String>();
        var test = new LinkedHashSet<String>();
        history.forEach(e -> {
            train.addAll(e.train().keySet());
            test.addAll(e.test().keySet());
        });
        var csv = new StringBuilder("epoch,train_loss");
        train.forEach(n -> csv.append(",train_").append(n.replace(' ', '_')));
        test.forEach(n -> csv.append(",test_").append(n.replace(' ', '_')));
        csv.append(",lr,seconds,examples_per_second\n");
        for (EpochResult e : history) {
            csv.append(e.epoch()).append(',').append(number(e.loss()));
            train.forEach(n -> csv.append(',').append(number(e.train().get(n))));
            test.forEach(n -> csv.append(',').append(number(e.test().get(n))));
            csv.append(
                    String.format(Locale.ROOT, ",%s,%.3f,%.1f\n", number(e.lr()), e.seconds(), e.examplesPerSecond()));
        }
        text("metrics.csv", csv.toString());
    }

    private static String number(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? "" : Float.toString(value.floatValue());
    }

    void writeCurves(List<EpochResult> history) throws IOException {
        if (!history.isEmpty()) {
            Curves.write(history, folder.resolve("curve.png"));
            Curves.write(history, folder.resolve("curve.svg"));
        }
    }

    private void text(String name, String contents) throws IOException {
        AtomicFiles.write(
                folder.resolve(name),
                channel -> {
                    ByteBuffer bytes = StandardCharsets.UTF_8.encode(contents);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }
}
