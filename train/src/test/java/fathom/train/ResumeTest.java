package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.StateDict;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
                .isEqualTo("epoch,train_loss,train_acc,test_loss,test_acc,lr,seconds,examples_per_second");
        assertThat(lines.get(3))
                .startsWith("3,")
                .contains("," + (float) (double) result.last().test().get("acc") + ",");
        assertThat(Files.readString(run.resolve("config.json")))
                .contains("\"optimizer\" : \"Adam\"", "\"batchSize\" : 16");
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
                .hasMessageContaining("not a checkpoint of a training");
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
