package fathom.train;

import fathom.FathomException;
import fathom.files.AtomicFiles;
import fathom.files.FolderLock;
import fathom.files.InputFiles;
import fathom.files.PngText;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.optim.OptimizerState;
import fathom.plot.Plot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a run. {@code checkpoint.safetensors} has the complete state for resuming; {@code model.safetensors} the
 * last weights and {@code best.safetensors} those of the best epoch, both readable by {@link StateDict}; {@code
 * metrics.csv}, {@code steps.csv} ({@link StepLog}), {@code curve.png}, {@code curve.svg} and {@code config.json} are
 * for users, who read them with {@link RunSnapshot}.
 *
 * <p>Every file carries the id of the run, so that those of two runs are not mixed up: config and metrics as an entry
 * or column, {@code .safetensors} files as metadata, pictures as a comment. The folder is locked until it is closed.
 */
final class RunFolder implements AutoCloseable {
    static final String CHECKPOINT = "checkpoint.safetensors";
    static final String CONFIG = "config.json";
    static final String METRICS = "metrics.csv";

    /** The key of why a run ended, in its config; there is none while it goes on, or if it was killed. */
    static final String ENDING = "ending";

    /** The files that a run has from its first epoch on, and that another run would overwrite. */
    private static final List<String> RESULTS = List.of(CHECKPOINT, "model.safetensors", "best.safetensors", METRICS);

    static final String CURVE_PNG = "curve.png";
    static final String CURVE_SVG = "curve.svg";

    /** The folder of pictures that the task draws. */
    private static final String PICTURES = "pictures";

    /** The key of the run's id, in every file. */
    static final String RUN = "run";

    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;
    private final boolean isResumed;
    private String run = UUID.randomUUID().toString();
    private FolderLock lock;
    private Map<String, Object> config = Map.of();

    /** The states of callbacks in the checkpoint that was loaded, until they are taken. */
    private StateDict callbacks = new StateDict();

    private RunFolder(Path folder, FolderLock lock, boolean isResumed) {
        this.folder = folder;
        this.lock = lock;
        this.isResumed = isResumed;
    }

    /**
     * Creates the folder, or opens an existing one.
     *
     * @param resume whether to resume from the checkpoint there, if there is one
     * @param overwrite whether to delete the files of an earlier run
     * @throws FathomException if another training uses it, or it has an earlier run that is neither resumed nor
     *     overwritten
     * @throws IOException if it cannot be written
     */
    static RunFolder open(Path folder, boolean resume, boolean overwrite) throws IOException {
        FolderLock lock;
        try {
            Files.createDirectories(folder);
            lock = FolderLock.take(folder, "training");
        } catch (IOException e) {
            throw new IOException("the run's folder %s cannot be written: %s".formatted(folder, reason(e)), e);
        }
        try {
            return new RunFolder(folder, lock, isResumed(folder, resume, overwrite));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static boolean isResumed(Path folder, boolean resume, boolean overwrite) throws IOException {
        List<String> before = RESULTS.stream().filter(name -> Files.exists(folder.resolve(name))).toList();
        if (before.isEmpty() || resume && before.contains(CHECKPOINT)) {
            return !before.isEmpty();
        }
        if (!overwrite) {
            throw new FathomException(
                    resume
                            ? "%s has no %s to go on from, but %s of an earlier run; overwrite(true) starts again"
                                    .formatted(folder, CHECKPOINT, before.getFirst())
                            : "%s holds an earlier run (%s): resume(true) continues it, overwrite(true) deletes it; or choose another folder"
                                    .formatted(folder, before.getFirst()));
        }
        for (String name : before) {
            Files.delete(folder.resolve(name));
        }
        Files.deleteIfExists(folder.resolve(StepLog.NAME));
        Files.deleteIfExists(folder.resolve(CURVE_PNG));
        Files.deleteIfExists(folder.resolve(CURVE_SVG));
        deletePictures(folder.resolve(PICTURES));
        return false;
    }

    private static void deletePictures(Path pictures) throws IOException {
        if (Files.isDirectory(pictures)) {
            try (var files = Files.newDirectoryStream(pictures, "*.{svg,png}")) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException f -> "no permission for " + f.getFile();
            case FileAlreadyExistsException f -> f.getFile() + " is a file";
            case NoSuchFileException f -> "%s cannot be made there".formatted(f.getFile());
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    Path path() {
        return folder;
    }

    Path checkpoint() {
        return folder.resolve(CHECKPOINT);
    }

    boolean hasCheckpoint() {
        return Files.isRegularFile(checkpoint());
    }

    /** {@return the id of the run} */
    String id() {
        return run;
    }

    /** {@return whether a checkpoint is to be resumed, which {@link #load} reads} */
    boolean isResumed() {
        return isResumed;
    }

    /**
     * Writes the complete state for resuming.
     *
     * @param more adds the states of callbacks
     * @return whether the folder had been deleted meanwhile; it is then created again, with the config
     * @throws FathomException if another training uses the folder
     */
    boolean save(
            Block net,
            OptimizerState optimizer,
            Map<String, String> schedule,
            TrainingState state,
            Consumer<StateDict> more)
            throws IOException {
        boolean isGone = !lock.isThere();
        if (isGone) {
            lock.close();
            Files.createDirectories(folder);
            lock = FolderLock.take(folder, "training");
            writeConfig(config);
        }
        StateDict file = parts(net, () -> optimizer, unused -> {}).state();
        file.metadata().put(RUN, run);
        file.metadata().put("schedule", JSON.writeValueAsString(schedule));
        file.metadata().put("training", JSON.writeValueAsString(state));
        more.accept(file);
        file.save(checkpoint());
        saveWeights(net, "model.safetensors");
        return isGone;
    }

    /** Validates the training state and the schedule of a checkpoint before network and optimiser are restored. */
    @FunctionalInterface
    interface Check {
        /** Throws an {@link IllegalArgumentException} if the checkpoint does not fit. */
        void of(TrainingState state, Map<String, Double> schedule);
    }

    /**
     * Restores the network and the optimiser from the checkpoint: both, or neither if it is refused.
     *
     * @param optimizer restores the optimiser
     * @return the training state
     * @throws IOException if it is damaged or not a checkpoint, or the config beside it belongs to another run
     * @throws IllegalArgumentException if it belongs to another network or optimiser
     */
    TrainingState load(Block net, Consumer<OptimizerState> optimizer, Check check) throws IOException {
        StateDict file = StateDict.load(checkpoint());
        try {
            TrainingState state =
                    StateReader.state(
                            "training",
                            metadata(file, "training"),
                            version ->
                                    new IOException(
                                            String.format(
                                                    Locale.ROOT,
                                                    "%s: written by another version of Fathom (format %d, this one reads %d)",
                                                    checkpoint(),
                                                    version,
                                                    TrainingState.VERSION)));
            var schedule = StateReader.numbers("schedule", metadata(file, "schedule"));
            Checkpoint.Prepared parts =
                    parts(net, () -> new OptimizerState(Map.of(), Map.of()), optimizer).prepare(checkpoint(), file);
            checkRun(file);
            check.of(state, schedule);
            parts.apply();
            callbacks = CallbackStates.part(file);
            return state;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(checkpoint(), e.getMessage()), e);
        } catch (StateReader.Damaged e) {
            throw Checkpoint.damaged(checkpoint(), e);
        }
    }

    /** {@return the states of callbacks in the checkpoint that was loaded; once} */
    StateDict takeCallbacks() {
        StateDict taken = callbacks;
        callbacks = new StateDict();
        return taken;
    }

    private static Checkpoint parts(
            Block net, Supplier<OptimizerState> optimizer, Consumer<OptimizerState> loadOptimizer) {
        return new Checkpoint()
                .add(Checkpoint.MODEL, net)
                .add(Checkpoint.OPTIMIZER, new CheckpointPart.Rule(optimizer, loadOptimizer));
    }

    /** Continues the run of the checkpoint, if the config beside it belongs to the same run. */
    private void checkRun(StateDict file) throws IOException {
        String ofCheckpoint = file.metadata().get(RUN);
        Path config = folder.resolve(CONFIG);
        String ofConfig = null;
        if (Files.isRegularFile(config)) {
            try {
                ofConfig = JSON.readTree(InputFiles.text(config)).path(RUN).asString(null);
            } catch (JacksonException e) {
                throw new IOException("%s is damaged: %s".formatted(config, e.getOriginalMessage()), e);
            }
            if (!Objects.equals(ofCheckpoint, ofConfig)) {
                throw new IOException(
                        "%s and %s belong to different runs: the second was started in the folder of the first"
                                .formatted(checkpoint(), config));
            }
        }
        if (ofCheckpoint != null) {
            run = ofCheckpoint;
        }
    }

    private String metadata(StateDict file, String name) throws IOException {
        String text = file.metadata().get(name);
        if (text == null) {
            throw Checkpoint.missing(checkpoint(), file, name, Map.of());
        }
        return text;
    }

    void saveWeights(Block net, String name) throws IOException {
        StateDict state = net.stateDict();
        state.metadata().put(RUN, run);
        state.save(folder.resolve(name));
    }

    /** Warns if the disk has less free space than a checkpoint and the weights beside it need at least. */
    void warnIfFull(Block net, Consumer<String> warn) throws IOException {
        long weights = net.stateDict().entries().values().stream().mapToLong(t -> t.numel() * t.dtype().size()).sum();
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free >= 0 && free < 2 * weights) {
            warn.accept(
                    String.format(
                            Locale.ROOT,
                            "%s has only %,d kB of free space, and each epoch writes a checkpoint of at least %,d kB: results may be lost",
                            folder,
                            free >> 10,
                            2 * weights >> 10));
        }
    }

    void writeConfig(Map<String, Object> config) throws IOException {
        this.config = config;
        var numbered = new LinkedHashMap<>(config);
        numbered.put(RUN, run);
        text(CONFIG, JSON.writeValueAsString(numbered) + "\n");
    }

    /** Notes in the config why the run ended. */
    void writeEnding(Run.Ending ending) throws IOException {
        var ended = new LinkedHashMap<>(config);
        ended.put(ENDING, ending.name());
        writeConfig(ended);
    }

    /** Writes the history as CSV, one row per epoch. */
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
        csv.append(",lr,seconds,examples_per_second,run\n");
        for (EpochResult e : history) {
            csv.append(e.epoch()).append(',').append(number(e.loss()));
            train.forEach(n -> csv.append(',').append(number(e.train().get(n))));
            test.forEach(n -> csv.append(',').append(number(e.test().get(n))));
            csv.append(
                    String.format(
                            Locale.ROOT,
                            ",%s,%.3f,%.1f,%s\n",
                            number(e.lr()),
                            e.seconds(),
                            e.examplesPerSecond(),
                            run));
        }
        text(METRICS, csv.toString());
    }

    private static String number(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? "" : Float.toString(value.floatValue());
    }

    void writeCurves(List<EpochResult> history) throws IOException {
        if (!history.isEmpty()) {
            Plot plot = Curves.plot(history);
            // SVG first: it needs no fonts of the machine
            text(CURVE_SVG, "%s<!-- %s %s -->\n".formatted(plot.svg(), RUN, run));
            AtomicFiles.write(folder.resolve(CURVE_PNG), PngText.add(plot.png(), RUN, run));
        }
    }

    /** Writes a picture of results, as PNG and SVG. */
    void writePicture(String name, Plot plot) throws IOException {
        if (!name.matches("[\\p{L}\\p{N}_ -]+")) {
            throw new IOException("'%s' is no name of a picture; expected letters and digits".formatted(name));
        }
        Path pictures = Files.createDirectories(folder.resolve(PICTURES));
        plot.save(pictures.resolve(name + ".svg"));
        plot.save(pictures.resolve(name + ".png"));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void text(String name, String contents) throws IOException {
        AtomicFiles.write(folder.resolve(name), contents.getBytes(StandardCharsets.UTF_8));
    }
}
