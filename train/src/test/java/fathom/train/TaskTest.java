package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Device;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Collate;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.loss.BCEWithLogitsLoss;
import fathom.nn.loss.MSELoss;
import fathom.nn.loss.NLLLoss;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import fathom.plot.Plot;
import fathom.train.Sentences.Net;
import fathom.train.Sentences.Reading;
import fathom.train.Sentences.Sentence;
import fathom.train.metric.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of one's own: batches of any shape, several losses, own results. */
class TaskTest {
    @TempDir Path folder;

    private static Net freshNet() {
        Tensors.manualSeed(5);
        return new Net();
    }

    private static float[] weights(fathom.nn.Block net) {
        return Tensors.cat(net.parameters().stream().map(p -> p.detach().reshape(-1)).toList(), 0).toFloatArray();
    }

    private static Trainer trainer(Task<?> task, Consumer<TrainerOptions> more) {
        return new Trainer(
                task,
                t -> {
                    t.optimizer(p -> new Adam(p, 0.02)).clipNorm(1).seed(1).progress(false);
                    more.accept(t);
                });
    }

    // ---- default metrics ------------------------------------------------------------------------------------------

    private static TensorDataset line() {
        Tensor x = Tensors.withSeed(1, () -> Tensors.randn(64, 2));
        return new TensorDataset(x, x.matmul(Tensors.tensor(new float[][] {{2}, {-3.4f}})).add(4.2));
    }

    @Test
    void aRegressionIsOneLine() {
        Tensors.manualSeed(0);
        var net = new Sequential(new Linear(2, 1));
        Run run =
                new Trainer(net, t -> t.loss(new MSELoss()).optimizer(p -> new SGD(p, 0.1)).progress(false))
                        .fit(DataLoader.of(line(), 16), DataLoader.of(line(), 64), Epochs.of(20));
        assertThat(run.last().loss()).isLessThan(1e-2);
        assertThat(run.last().train()).isEmpty();
        assertThat(run.last().test()).containsOnlyKeys("loss");
        assertThat(run.last().toString()).matches("loss [-.\\de]+, test loss [-.\\de]+");
        assertThat(run.best().orElseThrow().test().get("loss"))
                .isEqualTo(run.history().stream().mapToDouble(e -> e.test().get("loss")).min().orElseThrow());
    }

    @Test
    void defaultMetricsFollowTheLoss() {
        var sectors = Fixture.sectors(64, 1);
        Tensor probabilities = Tensors.oneHot(sectors.tensors().get(1), 3).to(Tensors.FLOAT32);
        assertThat(results(new Linear(2, 1), t -> t.loss(Tensors::mseLoss), line())).isEmpty();
        assertThat(binary(Tensors.ones(8, 1))).containsOnlyKeys("acc");
        assertThat(binary(Tensors.full(0.9, Tensors.FLOAT32, 8, 1))).as("no classes").isEmpty();
        assertThat(results(Fixture.net(), t -> {}, sectors)).containsOnlyKeys("acc");
        assertThat(results(Fixture.net(), t -> t.loss((y, c) -> Tensors.crossEntropy(y, c)), sectors))
                .containsOnlyKeys("acc");
        assertThat(
                        results(
                                new Sequential(Fixture.net(), new fathom.nn.activation.LogSoftmax(1)),
                                t -> t.loss(new NLLLoss()),
                                sectors))
                .containsOnlyKeys("acc");
        assertThat(results(Fixture.net(), t -> {}, new TensorDataset(sectors.tensors().get(0), probabilities)))
                .as("targets that are probabilities have no classes to hit")
                .isEmpty();
    }

    private static Map<String, Double> binary(Tensor targets) {
        return results(
                new Linear(2, 1),
                t -> t.loss(new BCEWithLogitsLoss()),
                new TensorDataset(Tensors.zeros(8, 2), targets));
    }

    private static Map<String, Double> results(Layer net, Consumer<TrainerOptions> options, TensorDataset data) {
        var all = options.andThen(t -> t.progress(false));
        return new Trainer(net, all).fit(DataLoader.of(data, 16), Epochs.of(1)).last().train();
    }

    // ---- several losses, records ----------------------------------------------------------------------------------

    @Test
    void namedLossesOfRecordsAreShownAndRecorded() throws Exception {
        var task = new Reading(freshNet());
        Run run =
                trainer(task, t -> t.checkpoints(folder))
                        .fit(Sentences.loader(200, 1), Sentences.loader(100, 2), Epochs.of(12));
        EpochResult last = run.last();
        assertThat(last.train()).containsOnlyKeys("occurs", "length", "acc");
        assertThat(last.test()).containsOnlyKeys("loss", "occurs", "length", "acc");
        assertThat(last.loss()).isCloseTo(last.train().get("occurs") + last.train().get("length"), within(1e-6));
        assertThat(last.test().get("acc")).isGreaterThan(0.9);
        assertThat(last.toString()).startsWith("loss ").contains(", train occurs ", ", train length ", ", test occurs");
        assertThat(Files.readAllLines(folder.resolve("metrics.csv")).getFirst())
                .isEqualTo(
                        "epoch,train_loss,train_occurs,train_length,train_acc,test_loss,test_occurs,test_length,test_acc,lr,seconds,examples_per_second,run");
        assertThat(run.plot().svg()).contains("occurs", "length", "acc");
        assertThat(Files.readString(folder.resolve("config.json"))).contains("\"task\" : \"Reading\"");
        Evaluation e = trainer(task, t -> {}).evaluate(Sentences.loader(100, 2));
        assertThat(trainer(task, t -> {}).validate(Sentences.loader(100, 2))).isEqualTo(e);
        assertThat(e.metrics().get("length")).isCloseTo(last.test().get("length"), within(1e-6));
        assertThat(e.metrics().get("acc")).isEqualTo(last.test().get("acc"));
    }

    @Test
    void aStepWhoseShapesVaryIsReplayedWithTheSameBits() {
        var outcomes = new ArrayList<float[]>();
        var histories = new ArrayList<List<Map<String, Double>>>();
        var runs = new ArrayList<Integer>();
        for (boolean eager : new boolean[] {true, false}) {
            Net net = freshNet();
            Reading.RUNS.set(0);
            Run run = trainer(new Reading(net), t -> t.eager(eager)).fit(Sentences.loader(400, 1), Epochs.of(8));
            runs.add(Reading.RUNS.get());
            outcomes.add(weights(net));
            histories.add(run.history().stream().map(EpochResult::train).toList());
        }
        assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
        assertThat(histories.get(1)).isEqualTo(histories.get(0));
        assertThat(runs.get(0)).isEqualTo(8 * 25);
        assertThat(runs.get(1)).as("most steps are replayed").isLessThan(8 * 25 / 3);
    }

    @Test
    void inBfloat16CapturedAndEagerHaveTheSameBits() {
        String before = System.setProperty("fathom.bfloat16", "always");
        try {
            var outcomes = new ArrayList<float[]>();
            for (boolean eager : new boolean[] {true, false}) {
                Net net = freshNet();
                Run run =
                        trainer(new Reading(net), t -> t.eager(eager).precision(Precision.BFLOAT16))
                                .fit(Sentences.loader(100, 1), Sentences.loader(50, 2), Epochs.of(4));
                assertThat(run.last().loss()).isLessThan(run.history().getFirst().loss());
                outcomes.add(weights(net));
            }
            assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
            Net exact = freshNet();
            trainer(new Reading(exact), t -> {}).fit(Sentences.loader(100, 1), Epochs.of(4));
            assertThat(outcomes.get(0)).isNotEqualTo(weights(exact));
        } finally {
            if (before == null) {
                System.clearProperty("fathom.bfloat16");
            } else {
                System.setProperty("fathom.bfloat16", before);
            }
        }
    }

    @Test
    void aFieldOfATaskMayChange() {
        var outcomes = new ArrayList<float[]>();
        for (boolean eager : new boolean[] {true, false}) {
            Net net = freshNet();
            var task =
                    new Reading(net) {
                        @Override
                        public void onEpochStart(Progress p) {
                            lengthWeight = p.epoch() < 5 ? 0.1 : 3;
                        }
                    };
            trainer(task, t -> t.eager(eager)).fit(Sentences.loader(400, 1), Epochs.of(7));
            outcomes.add(weights(net));
        }
        assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 13, 20})
    void anInterruptionAnywhereLosesNothing(int batch) {
        Consumer<TrainerOptions> options = t -> t.schedule(o -> new ExponentialLR(o, 0.9));
        Net straight = freshNet();
        Run whole =
                trainer(new Reading(straight), options.andThen(t -> t.checkpoints(folder.resolve("a"))))
                        .fit(Sentences.loader(100, 1), Sentences.loader(50, 2), Epochs.of(3));
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() >= batch) {
                            p.stop();
                        }
                    }
                };
        Path run = folder.resolve("b");
        trainer(new Reading(freshNet()), options.andThen(t -> t.checkpoints(run).callbacks(stop)))
                .fit(Sentences.loader(100, 1), Sentences.loader(50, 2), Epochs.of(3));
        Net resumed = new Net();
        Run rest =
                trainer(new Reading(resumed), options.andThen(t -> t.checkpoints(run).resume(true)))
                        .fit(Sentences.loader(100, 1), Sentences.loader(50, 2), Epochs.of(3));
        assertThat(weights(resumed)).isEqualTo(weights(straight));
        for (int e = 0; e < 3; e++) {
            assertThat(rest.history().get(e).train()).isEqualTo(whole.history().get(e).train());
            assertThat(rest.history().get(e).test()).isEqualTo(whole.history().get(e).test());
            assertThat(rest.history().get(e).loss()).isEqualTo(whole.history().get(e).loss());
        }
    }

    @Test
    void aTaskTrainsOnAnotherDevice() {
        var outcomes = new ArrayList<float[]>();
        for (Device device : new Device[] {Device.CPU, Device.cpu(1)}) {
            Net net = freshNet();
            Run run = trainer(new Reading(net), t -> t.device(device)).fit(Sentences.loader(100, 1), Epochs.of(2));
            assertThat(run.speed()).endsWith(device.toString());
            outcomes.add(weights(net));
        }
        assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
    }

    // ---- weights --------------------------------------------------------------------------------------------------

    /** The mean over the words rather than the sentences. */
    private static final class PerWord extends Task<Sentence> {
        private final Net net;

        PerWord(Net net) {
            super(net);
            this.net = net;
        }

        @Override
        public Losses step(Sentence s) {
            Tensor scores = net.occurs.forward(net.embedding.forward(s.words())).flatten(0, 1);
            Tensor isOne = s.words().eq(1).to(Tensors.INT64).reshape(-1);
            Tensor isWord = s.words().gt(0).to(Tensors.FLOAT32).reshape(-1);
            Tensor each = Tensors.crossEntropy(scores, isOne, o -> o.reduction(fathom.options.Reduction.NONE));
            Tensor words = isWord.sum();
            return Losses.of("loss", each.mul(isWord).sum().div(words)).weight(words).show("words", words);
        }
    }

    @Test
    void lossesAreWeightedAsTheTaskSays() {
        var examples = Sentences.examples(48, 3);
        var data = Dataset.of(examples);
        Net whole = freshNet();
        trainer(new PerWord(whole), t -> t.optimizer(p -> new SGD(p, 1)))
                .fit(DataLoader.of(data, 48).collate(e -> Collate.pad(e, 0)), Epochs.of(3));
        Net parts = freshNet();
        Run run =
                trainer(new PerWord(parts), t -> t.optimizer(p -> new SGD(p, 1)).accumulate(6))
                        .fit(DataLoader.of(data, 8).collate(e -> Collate.pad(e, 0)), Epochs.of(3));
        assertThat(weights(parts)).containsExactly(weights(whole), within(2e-6f));
        long words = examples.stream().mapToLong(s -> s.words().size(0)).sum();
        assertThat(run.last().train()).containsOnlyKeys("words");
        assertThat(run.last().train().get("words")).isBetween(words / 6.0, words / 3.0);
    }

    // ---- own results ----------------------------------------------------------------------------------------------

    /** Measures how many sentences it gets right, and draws. */
    private static final class Judged extends Reading {
        private final transient List<Boolean> modes = new ArrayList<>();

        Judged(Net net) {
            super(net);
        }

        @Override
        public TaskTally<Sentence> evaluation() {
            return new TaskTally<>() {
                private long right;

                @Override
                public void add(Sentence s) {
                    modes.add(net.isTraining());
                    right += net.occurs.forward(net.sums(s.words())).argmax(1).eq(s.hasOne()).sum().itemLong();
                }

                @Override
                public Map<String, Double> values() {
                    return Map.of("right", (double) right);
                }
            };
        }

        @Override
        public Map<String, Plot> pictures(EpochResult result) {
            modes.add(net.isTraining());
            return Map.of("words", Plot.heatmap(net.embedding.weight.detach(), h -> {}));
        }
    }

    @Test
    void aTaskJudgesAndDrawsItsResults() {
        var task = new Judged(freshNet());
        Run run =
                trainer(task, t -> t.checkpoints(folder).monitor("right", true))
                        .fit(Sentences.loader(200, 1), Sentences.loader(50, 2), Epochs.of(4));
        assertThat(run.last().test().get("right")).isEqualTo(Math.rint(50 * run.last().test().get("acc")));
        assertThat(run.best().orElseThrow().test().get("right"))
                .isEqualTo(run.history().stream().mapToDouble(e -> e.test().get("right")).max().orElseThrow());
        assertThat(task.modes).isNotEmpty().doesNotContain(true);
        assertThat(task.net().isTraining()).isTrue();
        assertThat(folder.resolve("pictures/words.png")).isNotEmptyFile();
        assertThat(folder.resolve("pictures/words.svg")).isNotEmptyFile();
        assertThat(run.warnings()).isEmpty();
        trainer(new Reading(freshNet()), t -> t.checkpoints(folder).overwrite(true))
                .fit(Sentences.loader(50, 1), Epochs.of(1));
        assertThat(folder.resolve("pictures")).as("pictures of a run that is overwritten").isEmptyDirectory();
    }

    @Test
    void earlyStoppingWatchesATasksOwnResult() {
        Run run =
                trainer(
                                new Judged(freshNet()),
                                t -> t.optimizer(p -> new SGD(p, 0)).monitor("right", true).earlyStopping(2))
                        .fit(Sentences.loader(50, 1), Sentences.loader(50, 2), Epochs.of(9));
        assertThat(run.ending()).isEqualTo(Run.Ending.NO_IMPROVEMENT);
        assertThat(run.history()).hasSize(3);
    }

    @Test
    void aPictureThatFailsCostsNoTraining() {
        var task =
                new Reading(freshNet()) {
                    @Override
                    public Map<String, Plot> pictures(EpochResult result) {
                        throw new IllegalStateException("no ink");
                    }
                };
        Run run = trainer(task, t -> t.checkpoints(folder)).fit(Sentences.loader(50, 1), Epochs.of(1));
        assertThat(run.warnings()).singleElement().asString().contains("the pictures in").contains("no ink");
    }

    @Test
    void whatIsMonitoredMustBeAmongTheResults() {
        assertThatThrownBy(() ->
                        trainer(new Reading(freshNet()), t -> t.monitor("bleu", true))
                                .fit(Sentences.loader(50, 1), Epochs.of(1)))
                .hasMessage("monitor: there is no bleu among the results; there are loss and [occurs, length, acc]");
    }

    // ---- predictions ----------------------------------------------------------------------------------------------

    @Test
    void predictionsComeInOrderAndInEvaluationMode() {
        Tensors.manualSeed(0);
        var net = new Sequential(new Linear(2, 3), new fathom.nn.Dropout(0.5));
        Tensor x = line().tensors().getFirst();
        var trainer = new Trainer(net, t -> t.batchSize(7).device(Device.CPU));
        long[] before = Tensors.randomState();
        Tensor all = trainer.predict(new TensorDataset(x));
        assertThat(Tensors.randomState()).isEqualTo(before);
        assertThat(net.isTraining()).isTrue();
        assertThat(all.requiresGrad()).isFalse();
        assertThat(all.toFloatArray()).containsExactly(((Layer) net.get(0)).forward(x).toFloatArray(), within(1e-6f));
        assertThat(trainer.predict(DataLoader.of(line(), 64)).shape().dims()).containsExactly(64, 3);
        assertThatThrownBy(() -> trainer.predict(DataLoader.of(line(), 100).dropLast(true)))
                .hasMessage("predict: the data has no batch");
    }

    @Test
    void aTaskSaysHowItPredicts() {
        var task =
                new Reading(freshNet()) {
                    @Override
                    public Tensor predict(Sentence s) {
                        return net.length.forward(net.sums(s.words())).squeeze(1);
                    }
                };
        DataLoader loader = DataLoader.of(Dataset.of(Sentences.examples(50, 1)), 16).collate(e -> Collate.pad(e, 0));
        assertThat(trainer(task, t -> {}).predict(loader).shape().dims()).containsExactly(50);
        for (DataLoader shuffled : List.of(Sentences.loader(50, 1), DataLoader.of(line(), 16).shuffle(true))) {
            assertThatThrownBy(() -> trainer(task, t -> {}).predict(shuffled))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the loader shuffles");
        }
        assertThatThrownBy(() -> trainer(new Reading(freshNet()), t -> {}).predict(loader))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("predict: Reading does not say how it predicts; override predict(batch)");
    }

    // ---- refusals -------------------------------------------------------------------------------------------------

    private record Three(Tensor a, Tensor b, Tensor c) {}

    @Test
    void batchesThatDoNotFitTheRecordAreRefused() {
        var net = new Linear(2, 1);
        var task =
                new Task<Three>(net) {
                    @Override
                    public Losses step(Three b) {
                        return Losses.of("loss", net.forward(b.a()).mean());
                    }
                };
        assertThatThrownBy(() -> trainer(task, t -> {}).fit(DataLoader.of(line(), 8), Epochs.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 2 tensors, but the record Three has 3 components (a, b, c)");
    }

    /** The type of the batches is that of a subclass. */
    private abstract static class Generic<X, B> extends Task<B> {
        Generic(Layer net) {
            super(net);
        }
    }

    @Test
    void theTypeOfBatchesIsFoundInTheClass() {
        var net = new Linear(2, 1);
        var seen = new ArrayList<Class<?>>();
        class Own extends Generic<String, Batch> {
            Own() {
                super(net);
            }

            @Override
            public Losses step(Batch b) {
                seen.add(b.getClass());
                return Losses.of("loss", net.forward(b.x()).pow(2).mean());
            }
        }
        class Derived extends Own {}
        trainer(new Derived(), t -> {}).fit(DataLoader.of(line(), 64), Epochs.of(1));
        assertThat(seen).containsExactly(Batch.class);
        assertThatThrownBy(() -> unknown(net))
                .hasMessageContaining("the type of its batches is not known")
                .hasMessageContaining("super(Pair.class, net)");
        assertThatThrownBy(() ->
                        new Task<Tensor>(net) {
                            @Override
                            public Losses step(Tensor b) {
                                return Losses.of("loss", b);
                            }
                        })
                .hasMessage("Task<Tensor>: a task's batches are of type Batch, or a record of tensors");
    }

    private static <T> Task<T> unknown(Layer net) {
        return new Task<>(net) {
            @Override
            public Losses step(T b) {
                return Losses.of("loss", Tensors.zeros(1));
            }
        };
    }

    @Test
    void optionsThatATaskDoesNotUseAreRefused() {
        assertThatThrownBy(() -> trainer(new Reading(freshNet()), t -> t.loss(new MSELoss())))
                .hasMessage("loss: a task computes its own losses; remove the trainer's");
        var plain =
                new Task<Batch>(new Linear(2, 1)) {
                    @Override
                    public Losses step(Batch b) {
                        return Losses.of("loss", ((Layer) net()).call(b.x()).pow(2).mean());
                    }
                };
        assertThatThrownBy(() ->
                        trainer(plain, t -> t.metrics(Metrics.accuracy())).fit(DataLoader.of(line(), 8), Epochs.of(1)))
                .hasMessageContaining("the metric acc needs an output and targets: return Losses.of(...).output(");
        assertThatThrownBy(() -> Losses.of("a", Tensors.zeros(1)).and("a", Tensors.zeros(1)))
                .hasMessage("Losses: there are two values named a");
        assertThatThrownBy(() -> Losses.of("box", Tensors.zeros(3)))
                .hasMessage("the loss box must be a single number, the mean over the batch; it has shape [3]");
    }

    @Test
    void allStepsNameTheSameLosses() {
        var net = new Linear(2, 1);
        var task =
                new Task<Batch>(net) {
                    @Override
                    public Losses step(Batch b) {
                        Tensor loss = net.forward(b.x()).pow(2).mean();
                        return b.size() == 16 ? Losses.of("a", loss) : Losses.of("b", loss);
                    }
                };
        assertThatThrownBy(() -> trainer(task, t -> {}).fit(DataLoader.of(line(), 24), Epochs.of(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the step returned the losses");
    }

    @Test
    void aNamedLossThatIsNoNumberIsNamed() {
        var net = new Linear(2, 1);
        var task =
                new Task<Batch>(net) {
                    @Override
                    public Losses step(Batch b) {
                        Tensor y = net.forward(b.x()).mean();
                        return Losses.of("good", y).and("bad", y.mul(Double.NaN));
                    }
                };
        assertThatThrownBy(() -> trainer(task, t -> {}).fit(DataLoader.of(line(), 16), Epochs.of(1)))
                .hasMessageContaining("the loss bad is NaN in epoch 1, batch 1 of 4");
    }

    // ---- several networks -----------------------------------------------------------------------------------------

    @Test
    void severalNetworksAreSavedUnderTheirNumbers() throws Exception {
        var encoder = new Linear(2, 3);
        var decoder = new Linear(3, 2);
        var task =
                new Task<Batch>(encoder, decoder) {
                    @Override
                    public Losses step(Batch b) {
                        return Losses.of("loss", Tensors.mseLoss(decoder.forward(encoder.forward(b.x())), b.x()));
                    }
                };
        Run run = trainer(task, t -> t.checkpoints(folder)).fit(DataLoader.of(line(), 16), Epochs.of(30));
        assertThat(run.last().loss()).isLessThan(run.history().getFirst().loss() / 4);
        assertThat(StateDict.load(folder.resolve("model.safetensors")).names())
                .containsExactlyInAnyOrder("0.weight", "0.bias", "1.weight", "1.bias");
    }
}
