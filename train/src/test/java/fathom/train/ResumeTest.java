package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import fathom.testkit.Weights;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {
    @TempDir Path folder;

    /** Chance in the network itself, from the common generator. */
    private static final class Noise extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return isTraining() ? x.add(Tensors.normal(0, 0.1, x.shape().dims())) : x;
        }
    }

    private static Layer freshNet() {
        return new Sequential(new Linear(2, 16), new Noise(), new Linear(16, 3));
    }

    private static Trainer trainer(Layer net, Path folder, boolean resume, TrainingCallback... callbacks) {
        return new Trainer(
                net,
                t ->
                        t.optimizer(p -> new Adam(p, 0.01))
                                .schedule(o -> new ExponentialLR(o, 0.9))
                                .accumulate(2)
                                .checkpoints(folder)
                                .resume(resume)
                                .callbacks(callbacks)
                                .progress(false));
    }

    private static DataLoader loader(int workers) {
        return Fixture.train().workers(workers);
    }

    /** As in a process of its own: the generator stands where that of another process would. */
    private static Layer start(long seed) {
        Tensors.manualSeed(seed);
        return freshNet();
    }

    private Run straight(Layer net, int epochs) {
        return trainer(net, folder.resolve("straight"), false).fit(loader(0), Fixture.test(), Epochs.of(epochs));
    }

    @Test
    void twoEpochsAndTwoMoreAreFourToTheBit() {
        Layer straight = start(5);
        Run whole = straight(straight, 4);

        Path run = folder.resolve("run");
        trainer(start(5), run, false).fit(loader(0), Fixture.test(), Epochs.of(2));
        Layer resumed = start(99);
        Run rest = trainer(resumed, run, true).fit(loader(0), Fixture.test(), Epochs.of(4));

        assertThat(Fixture.weights(resumed)).containsExactly(Fixture.weights(straight));
        assertThat(rest.history()).hasSize(4);
        for (int e = 0; e < 4; e++) {
            assertThat(rest.history().get(e).toString()).isEqualTo(whole.history().get(e).toString());
            assertThat(rest.history().get(e).loss()).isEqualTo(whole.history().get(e).loss());
            assertThat(rest.history().get(e).lr()).isEqualTo(whole.history().get(e).lr());
        }
        assertThat(rest.best().orElseThrow().epoch()).isEqualTo(whole.best().orElseThrow().epoch());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 30})
    void anInterruptionAnywhereLosesNothing(int batch) {
        Layer straight = start(5);
        Run whole = straight(straight, 3);

        var stop =
                new TrainingCallback() {
                    private int batches;

                    @Override
                    public void onBatch(Progress p) {
                        if (++batches >= batch) {
                            p.stop();
                        }
                    }
                };
        Path run = folder.resolve("run");
        Run first = trainer(start(5), run, false, stop).fit(loader(2), Fixture.test(), Epochs.of(3));
        assertThat(first.ending()).isEqualTo(Run.Ending.INTERRUPTED);
        Layer resumed = start(99);
        Run rest = trainer(resumed, run, true).fit(loader(0), Fixture.test(), Epochs.of(3));

        assertThat(Fixture.weights(resumed)).containsExactly(Fixture.weights(straight));
        assertThat(rest.last().loss()).isEqualTo(whole.last().loss());
        assertThat(rest.last().train()).isEqualTo(whole.last().train());
        assertThat(rest.last().examples()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 13, 20})
    void aRunWithASeedGoesOnFromItsOwnGenerator(int batch) {
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() * 2 >= batch) { // two batches make an update
                            p.stop();
                        }
                    }
                };
        Layer straight = start(5);
        seeded(straight, folder.resolve("whole"), false).fit(loader(0), Fixture.test(), Epochs.of(3));
        Path run = folder.resolve("run");
        assertThat(seeded(start(5), run, false, stop).fit(loader(0), Fixture.test(), Epochs.of(3)).ending())
                .isEqualTo(Run.Ending.INTERRUPTED);
        Layer resumed = start(77);
        long[] others = Tensors.randomState();
        seeded(resumed, run, true).fit(loader(1), Fixture.test(), Epochs.of(3));
        assertThat(Fixture.weights(resumed)).containsExactly(Fixture.weights(straight));
        assertThat(Tensors.randomState()).isEqualTo(others);
    }

    private static Trainer seeded(Layer net, Path folder, boolean resume, TrainingCallback... callbacks) {
        return new Trainer(
                net,
                t ->
                        t.optimizer(p -> new Adam(p, 0.01))
                                .seed(3)
                                .accumulate(2)
                                .checkpoints(folder)
                                .resume(resume)
                                .callbacks(callbacks)
                                .progress(false));
    }

    /** Adds a little of the batch before to each: what it remembers is no part of its state dictionary. */
    private static final class Remembering extends Layer {
        private final Layer net;
        private final Tensor memory;

        Remembering(Layer net) {
            this.net = net;
            memory = transientBuffer(Tensors.zeros(2));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = net.forward(x.add(memory.clone()));
            try (var off = Autograd.noGrad()) {
                memory.copy_(x.mean(0));
            }
            return y;
        }
    }

    private Run remembering(Path run, boolean resume, int stopAfter, List<Integer> started) {
        var net = new Remembering(start(5));
        var callback =
                new TrainingCallback() {
                    @Override
                    public void onEpochStart(Progress p) {
                        started.add(p.epoch());
                        net.memory.zero_();
                    }

                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() >= stopAfter) {
                            p.stop();
                        }
                    }
                };
        return trainer(net, run, resume, callback).fit(loader(0), Epochs.of(3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 9, 20})
    void whatANetworkRemembersIsKeptAsWell(int updates) throws Exception {
        var started = new ArrayList<Integer>();
        Path whole = folder.resolve("whole");
        remembering(whole, false, Integer.MAX_VALUE, started);
        assertThat(started).containsExactly(1, 2, 3);
        started.clear();
        Path parts = folder.resolve("parts");
        assertThat(remembering(parts, false, updates, started).ending()).isEqualTo(Run.Ending.INTERRUPTED);
        remembering(parts, true, Integer.MAX_VALUE, started);
        assertThat(started).as("no epoch starts twice").containsExactly(1, 2, 3);
        assertThat(StateDict.load(parts.resolve("model.safetensors")).names()).noneMatch(n -> n.contains("memory"));
        assertThat(Weights.of(parts.resolve("model.safetensors")))
                .isEqualTo(Weights.of(whole.resolve("model.safetensors")));
    }

    @Test
    void aFinishedRunIsNotTrainedAgain() {
        Layer net = start(1);
        Path run = folder.resolve("run");
        trainer(net, run, false).fit(loader(0), Epochs.of(2));
        Layer again = start(2);
        Run rest = trainer(again, run, true).fit(loader(0), Epochs.of(2));
        assertThat(rest.history()).hasSize(2);
        assertThat(Fixture.weights(again)).containsExactly(Fixture.weights(net));
    }

    @Test
    void withoutACheckpointResumingStartsAtTheBeginning() {
        Layer net = start(1);
        Run run = trainer(net, folder.resolve("none"), true).fit(loader(0), Epochs.of(1));
        assertThat(run.history()).hasSize(1);
    }

    @Test
    void keepsWhatARunNeeds() throws Exception {
        Layer net = start(1);
        Path run = folder.resolve("a/b/run");
        Run result = trainer(net, run, false).fit(loader(0), Fixture.test(), Epochs.of(3));
        try (var files = Files.list(run)) {
            assertThat(files.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "checkpoint.safetensors",
                            "model.safetensors",
                            "best.safetensors",
                            "metrics.csv",
                            "steps.csv",
                            "config.json",
                            "curve.png",
                            "curve.svg");
        }
        Layer other = start(2);
        other.loadStateDict(StateDict.load(run.resolve("model.safetensors")));
        assertThat(Fixture.weights(other)).containsExactly(Fixture.weights(net));
        other.loadStateDict(StateDict.load(run.resolve("best.safetensors")));
        Evaluation best = trainer(other, run, false).evaluate(Fixture.test());
        assertThat(best.metrics().get("acc")).isEqualTo(result.best().orElseThrow().test().get("acc"));
        var lines = Files.readAllLines(run.resolve("metrics.csv"));
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst())
                .isEqualTo("epoch,train_loss,train_acc,test_loss,test_acc,lr,seconds,examples_per_second,run");
        assertThat(lines.get(3))
                .startsWith("3,")
                .contains("," + (float) (double) result.last().test().get("acc") + ",");
        assertThat(Files.readString(run.resolve("config.json")))
                .contains("\"optimizer\" : \"Adam\"", "\"batchSize\" : 16");
        everyFileNamesTheRun(run);
    }

    private static void everyFileNamesTheRun(Path run) throws Exception {
        String id = StateDict.load(run.resolve("checkpoint.safetensors")).metadata().get("run");
        assertThat(id).isNotNull().hasSize(36);
        try (var files = Files.list(run)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).as(file.toString()).contains(id);
            }
        }
        assertThat(ImageIO.read(run.resolve("curve.png").toFile()).getWidth()).isGreaterThan(100);
    }

    @Test
    void aDamagedCheckpointIsSaidToBeOne() throws Exception {
        Path run = folder.resolve("run");
        trainer(start(1), run, false).fit(loader(0), Epochs.of(1));
        Path file = run.resolve("checkpoint.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> trainer(start(1), run, true).fit(loader(0), Epochs.of(2)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("checkpoint.safetensors");
        new StateDict().put("x", Tensors.ones(1)).save(file);
        assertThatThrownBy(() -> trainer(start(1), run, true).fit(loader(0), Epochs.of(2)))
                .hasMessageContaining("not a training checkpoint");
    }

    @Test
    void aCheckpointOfAnotherNetworkOrRuleIsRefused() {
        Path run = folder.resolve("run");
        trainer(start(1), run, false).fit(loader(0), Epochs.of(1));
        assertThatThrownBy(() -> trainer(new Sequential(new Linear(2, 3)), run, true).fit(loader(0), Epochs.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.weight");
        assertThatThrownBy(() ->
                        new Trainer(
                                        start(1),
                                        t ->
                                                t.optimizer(p -> new SGD(p, 0.1))
                                                        .checkpoints(run)
                                                        .resume(true)
                                                        .progress(false))
                                .fit(loader(0), Epochs.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SGD");
    }
}
