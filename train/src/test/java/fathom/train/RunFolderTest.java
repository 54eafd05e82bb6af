package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import fathom.train.metric.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One folder holds one run: what is in it is neither mixed with another nor lost, and what lies is refused. */
class RunFolderTest {
    private static final Consumer<TrainerOptions> SCHEDULED = t -> t.schedule(o -> new ExponentialLR(o, 1));

    @TempDir static Path common;

    @TempDir Path folder;

    /** A run of two epochs, to be lied about. */
    @BeforeAll
    static void train() {
        trainer(freshNet(), common, SCHEDULED).fit(Fixture.train(), Fixture.test(), Epochs.of(2));
    }

    private static Layer freshNet() {
        Tensors.manualSeed(7);
        return Fixture.net();
    }

    private static Trainer trainer(Layer net, Path folder, Consumer<TrainerOptions> more) {
        return new Trainer(
                net,
                t -> {
                    t.optimizer(p -> new Adam(p, 0.02)).seed(0).progress(false).checkpoints(folder);
                    more.accept(t);
                });
    }

    private Trainer trainer(Layer net, Consumer<TrainerOptions> more) {
        return trainer(net, run(), more);
    }

    private Path run() {
        return folder.resolve("run");
    }

    private Run fit(int epochs, Consumer<TrainerOptions> more) {
        return trainer(freshNet(), more).fit(Fixture.train(), Fixture.test(), Epochs.of(epochs));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(run())) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** Ends a training as a kill would: nothing is written after this batch. */
    private static TrainingCallback dieAt(long update) {
        return new TrainingCallback() {
            @Override
            public void onBatch(Progress p) {
                if (p.step() == update) {
                    throw new StackOverflowError("killed");
                }
            }
        };
    }

    @Test
    void aFolderThatHoldsARunIsNotTakenForAnother() throws Exception {
        fit(2, t -> {});
        byte[] checkpoint = Files.readAllBytes(run().resolve("checkpoint.safetensors"));
        String config = Files.readString(run().resolve("config.json"));
        assertThatThrownBy(() -> fit(1, t -> {}))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("holds an earlier run (checkpoint.safetensors)")
                .hasMessageContaining("resume(true)")
                .hasMessageContaining("overwrite(true)");
        assertThat(Files.readAllBytes(run().resolve("checkpoint.safetensors"))).isEqualTo(checkpoint);
        assertThat(Files.readString(run().resolve("config.json"))).isEqualTo(config);
        assertThat(fit(1, t -> t.overwrite(true)).history()).hasSize(1);
        assertThat(Files.readAllLines(run().resolve("metrics.csv"))).hasSize(2);
        assertThat(fit(3, t -> t.overwrite(true).resume(true)).history()).as("resuming goes first").hasSize(3);
    }

    @Test
    void aRunThatOverwritesAnotherAndIsKilledInItsFirstEpochLeavesNothingOfIt() throws Exception {
        fit(2, t -> {});
        Files.writeString(run().resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> fit(2, t -> t.overwrite(true).callbacks(dieAt(3)))).hasMessage("killed");
        assertThat(files()).containsExactly("config.json", "notes.txt", "steps.csv");
        Run anew = fit(1, t -> t.resume(true));
        assertThat(anew.history()).hasSize(1);
        assertThat(anew.last().examples()).isEqualTo(200);
    }

    @Test
    void settingsOfOneRunAndTheCheckpointOfAnotherAreNotTakenTogether() throws Exception {
        fit(1, t -> {});
        byte[] first = Files.readAllBytes(run().resolve("checkpoint.safetensors"));
        fit(1, t -> t.overwrite(true).seed(3));
        Files.write(run().resolve("checkpoint.safetensors"), first);
        Layer net = freshNet();
        float[] before = Fixture.weights(net);
        assertThatThrownBy(() -> trainer(net, t -> t.resume(true)).fit(Fixture.train(), Epochs.of(2)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("belong to different runs");
        assertThat(Fixture.weights(net)).containsExactly(before);
    }

    @Test
    void aRunGoesOnUnderItsNumber() throws Exception {
        fit(1, t -> {});
        String config = Files.readString(run().resolve("config.json"));
        fit(2, t -> t.resume(true));
        String number = "\"run\" : \"[0-9a-f-]{36}\"";
        var first = java.util.regex.Pattern.compile(number).matcher(config);
        assertThat(first.find()).isTrue();
        assertThat(Files.readString(run().resolve("config.json"))).contains(first.group());
        fit(3, t -> t.resume(true));
    }

    @Test
    void thereIsNothingToGoOnFromWithoutACheckpoint() throws Exception {
        fit(1, t -> {});
        Files.delete(run().resolve("checkpoint.safetensors"));
        assertThatThrownBy(() -> fit(2, t -> t.resume(true)))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("has no checkpoint.safetensors to go on from, but model.safetensors");
        assertThat(run().resolve("metrics.csv")).exists();
        assertThat(fit(1, t -> t.resume(true).overwrite(true)).history()).hasSize(1);
    }

    @Test
    void aSecondTrainingInTheSameFolderIsRefusedWhileTheFirstRuns() throws Exception {
        var messages = new ArrayList<String>();
        var second =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() % 5 == 1) {
                            assertThatThrownBy(() -> fit(1, t -> t.overwrite(true)))
                                    .isInstanceOf(FathomException.class)
                                    .satisfies(e -> messages.add(e.getMessage()));
                        }
                    }
                };
        fit(2, t -> t.callbacks(second));
        assertThat(messages).hasSize(6).allMatch(m -> m.contains("is in use by another training in this program"));
        assertThat(files()).doesNotContain(".lock");
        fit(1, t -> t.overwrite(true));
    }

    @Test
    void aSecondProcessInTheSameFolderIsRefusedWhileTheFirstRuns() throws Exception {
        Files.createDirectories(run());
        // another process that holds the lock until it is told to end
        Path program =
                Files.writeString(
                        folder.resolve("Hold.java"),
                        """
                        void main(String[] args) throws Exception {
                            var channel = java.nio.channels.FileChannel.open(Path.of(args[0]),
                                java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
                            var lock = channel.lock();
                            channel.write(java.nio.ByteBuffer.wrap(
                                Long.toString(ProcessHandle.current().pid()).getBytes()));
                            IO.println(lock.isValid());
                            System.in.read();
                        }
                        """);
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                program.toString(),
                                run().resolve(".lock").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("true");
            assertThatThrownBy(() -> fit(1, t -> {}))
                    .isInstanceOf(FathomException.class)
                    .hasMessageContaining(
                            String.format(Locale.ROOT, "is in use by another training (process %d)", other.pid()));
            assertThat(files()).containsExactly(".lock");
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(fit(1, t -> {}).history()).as("a lock ends with its process").hasSize(1);
        assertThat(files()).doesNotContain(".lock");
    }

    @Test
    void aFolderThatIsDeletedMeanwhileIsMadeAgain() throws Exception {
        var delete =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == 20) { // in the second epoch
                            try (var files = Files.list(run())) {
                                for (Path p2 : files.toList()) {
                                    Files.delete(p2);
                                }
                                Files.delete(run());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }
                    }
                };
        Run run = fit(3, t -> t.callbacks(delete));
        assertThat(run.history()).hasSize(3);
        assertThat(run.warnings()).singleElement().asString().contains("was deleted meanwhile");
        assertThat(files()).contains("checkpoint.safetensors", "model.safetensors", "metrics.csv", "config.json");
        assertThat(fit(4, t -> t.resume(true)).history()).hasSize(4);
    }

    @Test
    void aFolderThatCannotBeWrittenIsRefusedBeforeTheTraining() throws Exception {
        var trained = new boolean[1];
        var note =
                new TrainingCallback() {
                    @Override
                    public void onStart(Progress p) {
                        trained[0] = true;
                    }
                };
        Path file = Files.writeString(folder.resolve("file"), "");
        var places = new ArrayList<>(List.of(file, file.resolve("under")));
        if (Files.isDirectory(Path.of("/proc/self"))) {
            places.add(Path.of("/proc/foo"));
        }
        Path closed = Files.createDirectory(folder.resolve("closed"));
        if (closed.toFile().setWritable(false) && !Files.isWritable(closed)) { // root may write anywhere
            places.add(closed);
            places.add(closed.resolve("under"));
        }
        for (Path place : places) {
            assertThatThrownBy(() -> fit(1, t -> t.checkpoints(place).callbacks(note)))
                    .as("%s", place)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("the run's folder %s cannot be written: ".formatted(place))
                    .hasMessageMatching("(?s).*: .*(is a file|no permission|cannot be made|Not a directory).*");
        }
        assertThat(trained[0]).isFalse();
        assertThat(closed.toFile().setWritable(true)).isTrue();
    }

    @Test
    void whatIsLostAndKeptWhenACheckpointCannotBeWrittenIsSaid() throws Exception {
        Path target = run().resolve("model.safetensors");
        var obstruct =
                new TrainingCallback() {
                    @Override
                    public void onEpochStart(Progress p) {
                        if (p.epoch() == 3) {
                            try { // a folder that is not empty, where a file is to go
                                Files.delete(target);
                                Files.createDirectories(target.resolve("inside"));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }
                    }
                };
        assertThatThrownBy(() -> fit(5, t -> t.callbacks(obstruct)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("epoch 3 is lost: ")
                .hasMessageContaining("model.safetensors")
                .hasMessageEndingWith("the checkpoint of epoch 2 in %s can be resumed".formatted(run()));
    }

    @Test
    void aTrainingIsNotLostBecauseItsCurvesCannotBeDrawn() throws Exception {
        Files.createDirectories(run().resolve("curve.png/inside"));
        Run run = fit(1, t -> t.overwrite(false).resume(true));
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        assertThat(run.warnings()).singleElement().asString().contains("could not be drawn");
        assertThat(run().resolve("checkpoint.safetensors")).exists();
    }

    @Test
    void anEpochThatIsUnderWayIsFinishedWithTheSameBatchesOnly() {
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == 3) {
                            p.stop();
                        }
                    }
                };
        fit(2, t -> t.callbacks(stop));
        Layer net = freshNet();
        Trainer resumed = trainer(net, t -> t.resume(true));
        float[] before = Fixture.weights(net);
        for (DataLoader other :
                List.of(
                        DataLoader.of(Fixture.sectors(200, 1), 8).shuffle(true),
                        DataLoader.of(Fixture.sectors(100, 1), 16).shuffle(true),
                        DataLoader.of(Fixture.sectors(32, 1), 16).shuffle(true))) {
            assertThatThrownBy(() -> resumed.fit(other, Fixture.test(), Epochs.of(2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("after batch 3 of epoch 1, of batches of 16 out of 200 examples")
                    .hasMessageContaining("only be resumed with the same batches");
        }
        assertThatThrownBy(() ->
                        trainer(net, t -> t.resume(true).metrics(Metrics.accuracy(), Metrics.topK(2)))
                                .fit(Fixture.train(), Fixture.test(), Epochs.of(2)))
                .hasMessageContaining("the state of 1 metrics; this trainer has 2");
        assertThatThrownBy(() ->
                        trainer(net, t -> t.resume(true).metrics(Metrics.confusionMatrix(3)))
                                .fit(Fixture.train(), Fixture.test(), Epochs.of(2)))
                .hasMessageContaining("the metric balanced acc cannot restore the 2 numbers");
        assertThat(Fixture.weights(net)).as("what is refused changes nothing").containsExactly(before);
        assertThat(resumed.fit(Fixture.train(), Fixture.test(), Epochs.of(2)).history()).hasSize(2);
        // between epochs the batches may change
        assertThat(
                        trainer(net, t -> t.resume(true))
                                .fit(DataLoader.of(Fixture.sectors(100, 1), 8), Fixture.test(), Epochs.of(3))
                                .last()
                                .examples())
                .isEqualTo(100);
    }

    @Test
    void aRateThatIsGivenToARunThatIsResumedHolds() {
        Consumer<TrainerOptions> common =
                t -> t.optimizer(p -> new SGD(p, 0.8)).schedule(o -> new ExponentialLR(o, 0.5));
        fit(2, common);
        Run run = fit(4, common.andThen(t -> t.resume(true).lr(0.1)));
        assertThat(run.history().stream().map(EpochResult::lr)).containsExactly(0.8, 0.4, 0.1, 0.05);
        Run further = fit(5, common.andThen(t -> t.resume(true)));
        assertThat(further.last().lr()).isEqualTo(0.025);
        Run plain = fit(1, t -> t.overwrite(true).optimizer(p -> new SGD(p, 0.8)).lr(0.3));
        assertThat(plain.last().lr()).isEqualTo(0.3);
    }

    /** Replaces what a checkpoint says of the training, the optimiser or the schedule. */
    private void lie(String entry, UnaryOperator<String> change) throws IOException {
        Path file = run().resolve("checkpoint.safetensors");
        StateDict checkpoint = StateDict.load(file);
        String before = checkpoint.metadata().get(entry);
        String after = change.apply(before);
        assertThat(after).as("the lie is one").isNotEqualTo(before);
        checkpoint.metadata().put(entry, after);
        checkpoint.save(file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    training | ^.*$ | null | training is null; expected an object
                    training | ^.*$ | [] | training is []; expected an object
                    training | ^.*$ | 7 | training is 7
                    training | ^.*$ | {} | training.version is missing
                    training | ^.*$ | {"version": 1} | training.epoch is missing
                    training | ^.*$ | {"version" | training:
                    training | "version" : 1 | "version" : 2 | written by another version of Fathom (format 2
                    training | "version" : 1 | "version" : "1" | training.version is "1"; expected a whole number
                    training | "epoch" : 2, | "epoch" : null, | training.epoch is null; expected a whole number from 0
                    training | "epoch" : 2, | "epoch" : -3, | training.epoch is -3; expected a whole number from 0
                    training | "epoch" : 2, | "epoch" : 1.5, | training.epoch is 1.5; expected a whole number
                    training | "epoch" : 2, | "epoch" : 99999999999, | training.epoch is 99999999999; expected
                    training | "epoch" : 2, | "epoch" : 5, | training.history has 2 epochs, but training.epoch is 5
                    training | "batch" : 0, | "batch" : -1, | training.batch is -1
                    training | "batch" : 0, | "batch" : 99999999999, | after batch 99999999999 of epoch 3
                    training | "batch" : 0, | "batch" : 1e400, | training.batch is
                    training | "batch" : 0, | "batch" : {"a": 1}, | training.batch is {"a":1}; expected a whole number
                    training | "step" : \\d+ | "step" : true | training.step is true; expected a whole number
                    training | "lossSum" : 0.0 | "lossSum" : "zero" | training.lossSum is "zero"; expected a number
                    training | "lossSum" : 0.0 | "lossSum" : 1e999 | training.lossSum is
                    training | "seconds" : 0\\.0(?=[ ,]) | "seconds" : -1 | training.seconds is -1; expected a number that is not
                    training | "tallies" : \\[ \\] | "tallies" : null | training.tallies is null; expected a list
                    training | "tallies" : \\[ \\] | "tallies" : [ 3 ] | training.tallies[0] is 3; expected a list
                    training | "tallies" : \\[ \\] | "tallies" : [ [ null ] ] | training.tallies[0][0] is null
                    training | "bestEpoch" : \\d | "bestEpoch" : 3 | training.bestEpoch is 3; expected a whole number from 0 to 2
                    training | "bestValue" : [0-9.]+ | "bestValue" : [] | training.bestValue is []; expected a number
                    training | "loaderSeed" : -?\\d+ | "loaderSeed" : 1e30 | training.loaderSeed is
                    training | "loaderEpoch" : 2 | "loaderEpoch" : -2 | training.loaderEpoch is -2
                    training | "random" : \\[[^]]*\\] | "random" : [ 1 ] | training.random is [1]; expected a seed and the number
                    training | "random" : \\[[^]]*\\] | "random" : [ 1, -5 ] | training.random[1] is -5
                    training | "random" : \\[[^]]*\\] | "random" : [ null, 5 ] | training.random[0] is null
                    training | "history" : | "history" : null, "old" : | training.history is null; expected a list
                    training | "history" : \\[ \\{ | "history" : [ null, { | training.history has 3 epochs
                    training | "loss" : [0-9.]+, | "loss" : null, | training.history[0].loss is null; expected a number
                    training | "train" : \\{[^}]*\\} | "train" : null | training.history[0].train is null; expected an object
                    training | "acc" : [0-9.]+ | "acc" : "good" | training.history[0].train.acc is "good"; expected a number
                    training | "examples" : 200 | "examples" : -200 | training.history[0].examples is -200
                    optimizer | ^.*$ | null | optimizer is null; expected an object
                    optimizer | "group.0.lr" : "0.02" | "group.0.lr" : null | optimizer.group.0.lr is null; expected a number in quotes
                    optimizer | "group.0.lr" : "0.02" | "group.0.lr" : 0.02 | optimizer.group.0.lr is 0.02; expected a number in quotes
                    optimizer | "group.0.lr" : "0.02" | "group.0.lr" : "fast" | group.0.lr is no number: 'fast'
                    optimizer | "group.0.lr" : "0.02" | "group.0.lr" : "NaN" | group.0.lr is NaN in the state
                    optimizer | "group.0.lr" : "0.02" | "group.0.lr" : "-1" | the learning rate must not be negative
                    optimizer | "group.0.beta1" : | "group.0.beta9" : | lacks [group.0.beta1]
                    optimizer | "state.0.step" : "26.0" | "state.0.step" : "-26.0" | state.0.step is -26.0
                    optimizer | "state.0.step" : "26.0" | "state.0.step" : "2.5" | state.0.step is 2.5
                    schedule | ^.*$ | [ ] | schedule is []; expected an object
                    schedule | "lastEpoch" : "2.0" | "lastEpoch" : "-2.0" | lastEpoch is -2.0 in the state
                    schedule | "lastEpoch" : "2.0" | "lastEpoch" : null | schedule.lastEpoch is null; expected a number
                    schedule | "base.0" : "0.02" | "base.0" : "Infinity" | base.0 is Infinity in the state
                    """)
    void aCheckpointThatLiesIsRefusedAndChangesNothing(String entry, String what, String lie, String says)
            throws Exception {
        Files.createDirectories(run());
        for (String name : List.of("checkpoint.safetensors", "config.json")) {
            Files.copy(common.resolve(name), run().resolve(name));
        }
        lie(
                entry,
                text -> text.replaceAll("\\s+", " ").replaceFirst(what, java.util.regex.Matcher.quoteReplacement(lie)));
        byte[] checkpoint = Files.readAllBytes(run().resolve("checkpoint.safetensors"));
        Layer net = freshNet();
        float[] before = Fixture.weights(net);
        assertThatThrownBy(() ->
                        trainer(net, SCHEDULED.andThen(t -> t.resume(true)))
                                .fit(Fixture.train(), Fixture.test(), Epochs.of(4)))
                .isInstanceOfAny(UncheckedIOException.class, IllegalArgumentException.class)
                .hasMessageContaining(says)
                .hasMessageMatching(
                        "(?s).*(checkpoint.safetensors: (the checkpoint is damaged|written)|Adam|ExponentialLR|resume).*");
        assertThat(Fixture.weights(net)).containsExactly(before);
        assertThat(Files.readAllBytes(run().resolve("checkpoint.safetensors"))).isEqualTo(checkpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"training", "optimizer", "schedule"})
    void aCheckpointThatLacksAnEntryIsRefused(String entry) throws Exception {
        fit(1, t -> {});
        Path file = run().resolve("checkpoint.safetensors");
        StateDict checkpoint = StateDict.load(file);
        checkpoint.metadata().remove(entry);
        checkpoint.save(file);
        assertThatThrownBy(() -> fit(2, t -> t.resume(true)))
                .hasMessageContaining("it has no entry \"%s\"".formatted(entry));
    }

    @Test
    void nestingThatGoesTooDeepIsRefused() throws Exception {
        fit(1, t -> {});
        lie("training", text -> "[".repeat(200_000));
        assertThatThrownBy(() -> fit(2, t -> t.resume(true)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the checkpoint is damaged: training");
    }

    @Test
    void weightsThatDoNotFitAreRefusedAndChangeNothing() throws Exception {
        fit(1, t -> {});
        Path file = run().resolve("checkpoint.safetensors");
        StateDict checkpoint = StateDict.load(file);
        for (Map.Entry<String, Tensor> e :
                Map.of("model.0.weight", Tensors.ones(3, 3), "optimizer.state.0.exp_avg", Tensors.ones(2)).entrySet()) {
            var lie = new StateDict();
            checkpoint.entries().forEach((name, t) -> lie.put(name, name.equals(e.getKey()) ? e.getValue() : t));
            lie.metadata().putAll(checkpoint.metadata());
            lie.save(file);
            Layer net = freshNet();
            float[] before = Fixture.weights(net);
            assertThatThrownBy(
                            () -> trainer(net, t -> t.resume(true)).fit(Fixture.train(), Fixture.test(), Epochs.of(2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(e.getKey().substring(e.getKey().indexOf('.') + 1));
            assertThat(Fixture.weights(net)).as(e.getKey()).containsExactly(before);
        }
    }
}
