package fathom.train.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.Adam;
import fathom.optim.Clip;
import fathom.optim.SGD;
import fathom.optim.StepLR;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallbacksTest {
    @TempDir Path folder;

    private static Layer net() {
        Tensors.manualSeed(3);
        return new Sequential(new Linear(2, 8), new BatchNorm1d(8), new ReLU(), new Dropout(0.2), new Linear(8, 2));
    }

    private static TensorDataset points(int n, long seed) {
        var random = new Random(seed);
        var x = new float[n][2];
        var y = new long[n];
        for (int i = 0; i < n; i++) {
            x[i][0] = (float) random.nextGaussian();
            x[i][1] = (float) random.nextGaussian();
            y[i] = x[i][0] * x[i][1] > 0 ? 1 : 0;
        }
        return new TensorDataset(Tensors.tensor(x, Tensors.FLOAT32).keep(), Tensors.tensor(y).keep());
    }

    private static DataLoader train() {
        return DataLoader.of(points(60, 1), 8).shuffle(true);
    }

    private static DataLoader test() {
        return DataLoader.of(points(30, 2), 30);
    }

    private static Run fit(Layer net, int epochs, Consumer<TrainerOptions> more) {
        return new Trainer(
                        net,
                        t -> {
                            t.optimizer(p -> new Adam(p, 0.02)).progress(false).seed(0);
                            more.accept(t);
                        })
                .fit(train(), test(), Epochs.of(epochs));
    }

    /** All entries of a state, in one array. */
    private static float[] numbers(StateDict state) {
        return Tensors.cat(
                        state.entries().values().stream().map(t -> t.detach().to(Tensors.FLOAT32).reshape(-1)).toList(),
                        0)
                .toFloatArray();
    }

    /** Stops in the middle of an epoch. */
    private record StopAt(int epoch, int batch) implements TrainingCallback {
        @Override
        public void onBatch(Progress progress) {
            if (progress.epoch() == epoch && progress.batch() == batch) {
                progress.stop();
            }
        }
    }

    /** The callbacks with a state. */
    private record Stateful(
            ExponentialMovingAverage ema,
            StochasticWeightAveraging swa,
            LearningRateMonitor rates,
            GradientNormMonitor norms) {
        Stateful() {
            this(
                    new ExponentialMovingAverage(0.9),
                    new StochasticWeightAveraging(2, 0.005, 2),
                    new LearningRateMonitor(),
                    new GradientNormMonitor());
        }

        TrainingCallback[] all() {
            return new TrainingCallback[] {ema, swa, rates, norms, new BestCheckpoints(2)};
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResumedTrainingHasTheStateOfAnUninterruptedOne(boolean eager) throws IOException {
        var whole = new Stateful();
        Layer first = net();
        Path one = folder.resolve("whole");
        Run run = fit(first, 4, t -> t.eager(eager).checkpoints(one).callbacks(whole.all()));
        Path two = folder.resolve("parts");
        for (StopAt stop : List.of(new StopAt(1, 3), new StopAt(2, 8), new StopAt(3, 5))) {
            Run part =
                    fit(
                            net(),
                            4,
                            t -> {
                                t.eager(eager)
                                        .checkpoints(two)
                                        .resume(true)
                                        .callbacks(new Stateful().all())
                                        .callbacks(stop);
                            });
            assertThat(part.ending()).isEqualTo(Run.Ending.INTERRUPTED);
        }
        var resumed = new Stateful();
        Layer second = net();
        Run end = fit(second, 4, t -> t.eager(eager).checkpoints(two).resume(true).callbacks(resumed.all()));
        assertThat(end.history().stream().map(EpochResult::test))
                .isEqualTo(run.history().stream().map(EpochResult::test).toList());
        assertThat(numbers(second.stateDict())).as("averaged by SWA").containsExactly(numbers(first.stateDict()));
        assertThat(numbers(resumed.ema.average().stateDict()))
                .containsExactly(numbers(whole.ema.average().stateDict()));
        assertThat(resumed.swa.average().updates()).isEqualTo(3);
        assertThat(resumed.rates.steps()).containsExactly(whole.rates.steps());
        assertThat(resumed.rates.values()).containsExactly(whole.rates.values());
        assertThat(resumed.norms.values()).containsExactly(whole.norms.values());
        assertThat(names(two)).isEqualTo(names(one));
        for (String name : List.of("best", "ema", "swa", "model")) {
            assertThat(numbers(StateDict.load(two.resolve(name + ".safetensors"))))
                    .as(name)
                    .containsExactly(numbers(StateDict.load(one.resolve(name + ".safetensors"))));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theEvaluationUsesTheAverageAndTheTrainingDoesNot() throws IOException {
        var ema = new ExponentialMovingAverage(0.95);
        Layer averaged = net();
        Run run = fit(averaged, 3, t -> t.callbacks(ema).checkpoints(folder));
        Layer plain = net();
        Run other = fit(plain, 3, t -> {});
        assertThat(numbers(averaged.stateDict())).as("trained alike").containsExactly(numbers(plain.stateDict()));
        assertThat(run.last().loss()).isEqualTo(other.last().loss());
        assertThat(run.last().test().get("loss")).isNotEqualTo(other.last().test().get("loss"));
        StateDict saved = StateDict.load(folder.resolve("ema.safetensors"));
        assertThat(numbers(saved)).containsExactly(numbers(ema.average().stateDict()));
        averaged.loadStateDict(saved);
        assertThat(new Trainer(averaged).evaluate(test()).loss()).isEqualTo(run.last().test().get("loss"));
        int best = run.best().orElseThrow().epoch();
        averaged.loadStateDict(StateDict.load(folder.resolve("best.safetensors")));
        assertThat(new Trainer(averaged).evaluate(test()).loss())
                .as("the best weights are averaged ones")
                .isEqualTo(run.history().get(best - 1).test().get("loss"));
    }

    @Test
    void weightsAreBackIfTheEvaluationFails() {
        var ema = new ExponentialMovingAverage(0.5);
        Layer net = net();
        var failing =
                new TrainingCallback() {
                    private float[] trained = {};

                    @Override
                    public void onBatch(Progress progress) {
                        trained = numbers(progress.net().stateDict());
                    }

                    @Override
                    public void onEvaluated(Progress progress, EpochResult result) {
                        throw new IllegalStateException("broken");
                    }
                };
        assertThatThrownBy(() -> fit(net, 3, t -> t.callbacks(ema, failing))).hasMessage("broken");
        assertThat(numbers(net.stateDict())).containsExactly(failing.trained);
    }

    @Test
    void theRateThatAStepUsedIsRecorded() {
        var monitor = new LearningRateMonitor();
        fit(
                net(),
                2,
                t -> t.optimizer(p -> new SGD(p, 0.8)).scheduleBatches(o -> new StepLR(o, 6, 0.5)).callbacks(monitor));
        assertThat(monitor.steps()).hasSize(16).startsWith(1, 2).endsWith(16);
        assertThat(monitor.values()).startsWith(0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.4).endsWith(0.4, 0.2, 0.2, 0.2, 0.2);
        var epochs = new LearningRateMonitor();
        fit(net(), 2, t -> t.optimizer(p -> new SGD(p, 0.8)).schedule(o -> new StepLR(o, 1, 0.5)).callbacks(epochs));
        assertThat(epochs.values()).startsWith(0.8).endsWith(0.4).contains(0.8, 0.4).hasSize(16);
        assertThat(epochs.plot().svg()).contains("learning rate");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void normsAreThoseOfTheGradientsBeforeClipping(int accumulate) {
        var monitor = new GradientNormMonitor();
        // with one rate and without momentum the norm is the length of the step, where nothing is clipped
        var lengths = new ArrayList<Double>();
        var steps =
                new TrainingCallback() {
                    private float[] before = {};
                    private long step;

                    @Override
                    public void onStart(Progress progress) {
                        before = weights(progress);
                    }

                    @Override
                    public void onBatch(Progress progress) {
                        if (progress.step() == step) {
                            return;
                        }
                        step = progress.step();
                        float[] now = weights(progress);
                        double square = 0;
                        for (int i = 0; i < now.length; i++) {
                            square += Math.pow((double) now[i] - before[i], 2);
                        }
                        lengths.add(Math.sqrt(square) / 0.01);
                        before = now;
                    }

                    private float[] weights(Progress progress) {
                        return Tensors.cat(
                                        progress.net().parameters().stream().map(p -> p.detach().reshape(-1)).toList(),
                                        0)
                                .toFloatArray();
                    }
                };
        fit(net(), 2, t -> t.optimizer(p -> new SGD(p, 0.01)).accumulate(accumulate).callbacks(monitor, steps));
        assertThat(monitor.values()).hasSize(lengths.size()).hasSize(accumulate == 1 ? 16 : 6);
        for (int i = 0; i < lengths.size(); i++) {
            assertThat(monitor.values()[i]).isCloseTo(lengths.get(i), within(1e-3 * lengths.get(i) + 1e-4));
        }
        var clipped = new GradientNormMonitor();
        fit(
                net(),
                1,
                t ->
                        t.optimizer(p -> new SGD(p, 0.01))
                                .accumulate(accumulate)
                                .clipNorm(1e-6)
                                .clipValue(1e-7)
                                .callbacks(clipped));
        assertThat(clipped.values()[0]).isEqualTo(monitor.values()[0]);
        assertThat(clipped.plot().svg()).contains("gradient norm");
        assertThat(Clip.gradNormAsTensor(List.of()).item()).isZero();
    }

    @Test
    void onlyTheBestEpochsKeepTheirWeights() throws IOException {
        Run run = fit(net(), 6, t -> t.checkpoints(folder).monitor("loss", false).callbacks(new BestCheckpoints(2)));
        List<Integer> best =
                run.history().stream()
                        .sorted(Comparator.comparingDouble(e -> e.test().get("loss")))
                        .limit(2)
                        .map(EpochResult::epoch)
                        .sorted()
                        .toList();
        assertThat(names(folder).stream().filter(n -> n.startsWith("epoch-")))
                .containsExactlyElementsOf(best.stream().map(e -> "epoch-" + e + ".safetensors").toList());
        for (int epoch : best) {
            Layer net = net();
            net.loadStateDict(StateDict.load(BestCheckpoints.file(folder, epoch)));
            assertThat(new Trainer(net).evaluate(test()).loss())
                    .isEqualTo(run.history().get(epoch - 1).test().get("loss"));
        }
        assertThatThrownBy(() -> fit(net(), 1, t -> t.callbacks(new BestCheckpoints(1))))
                .hasMessageContaining("checkpoints(folder)");
    }

    @Test
    void aTimeLimitEndsTheTrainingWithACheckpoint() {
        Run run = fit(net(), 50, t -> t.checkpoints(folder).callbacks(new TimeLimit(Duration.ofNanos(1))));
        assertThat(run.ending()).isEqualTo(Run.Ending.INTERRUPTED);
        assertThat(run.history()).isEmpty();
        assertThat(fit(net(), 1, t -> t.checkpoints(folder).resume(true)).ending()).isEqualTo(Run.Ending.FINISHED);
        assertThatThrownBy(() -> new TimeLimit(Duration.ZERO)).hasMessageContaining("must be positive");
    }

    @Test
    void statesThatDoNotFitAreRefusedAndMissingOnesStartAnew() {
        fit(net(), 1, t -> t.checkpoints(folder).callbacks(new ExponentialMovingAverage(0.9)));
        // a second one is new, and the first has its state
        var first = new ExponentialMovingAverage(0.9);
        var added = new ExponentialMovingAverage(0.9);
        fit(net(), 2, t -> t.checkpoints(folder).resume(true).callbacks(first, added));
        assertThat(first.average().updates()).isEqualTo(16);
        assertThat(added.average().updates()).isEqualTo(8);
        var refusing =
                new TrainingCallback() {
                    @Override
                    public StateDict stateDict() {
                        return new StateDict().put("a", Tensors.zeros(1));
                    }

                    @Override
                    public void loadStateDict(StateDict state, Progress progress) {
                        throw new IllegalArgumentException("not mine: " + state.names());
                    }
                };
        fit(net(), 3, t -> t.checkpoints(folder).resume(true).callbacks(refusing));
        assertThatThrownBy(() -> fit(net(), 4, t -> t.checkpoints(folder).resume(true).callbacks(refusing)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot restore its state: not mine: [a]");
    }

    @Test
    void theRangeTestFindsARateAndRestoresEverything() {
        Layer net = net();
        float[] before = numbers(net.stateDict());
        DataLoader loader = train();
        var trainer = new Trainer(net, t -> t.optimizer(p -> new SGD(p, 0.1)).progress(false));
        Tensors.manualSeed(11);
        loader.seed();
        long[] random = Tensors.randomState();
        var curve = trainer.findLearningRate(loader, o -> o.range(1e-4, 100).steps(60));
        assertThat(numbers(net.stateDict())).containsExactly(before);
        assertThat(Tensors.randomState()).isEqualTo(random);
        assertThat(loader.epoch()).isZero();
        assertThat(net.isTraining()).isTrue();
        assertThat(net.parameters()).allSatisfy(p -> assertThat(p.grad()).isNull());
        assertThat(curve.rates()).hasSizeBetween(20, 60).hasSameSizeAs(curve.losses());
        assertThat(curve.rates()[0]).isEqualTo(1e-4);
        assertThat(curve.suggestion()).isBetween(1e-3, 30.0);
        assertThat(curve.plot().svg()).contains("suggestion").contains("learning rate");
        // a loss that does not depend on the weights never falls
        var flat =
                new Trainer(net, t -> t.loss((o, y) -> o.sum().mul(0).add(1)).progress(false)).findLearningRate(loader);
        assertThatThrownBy(flat::suggestion)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not fall");
        assertThat(flat.plot().svg()).doesNotContain("suggestion");
        assertThatThrownBy(() -> trainer.findLearningRate(loader, o -> o.range(1, 0.1)))
                .hasMessageContaining("no range");
    }

    @Test
    void aNotebookShowsHowFarTheTrainingIs() {
        var shown = new ArrayList<String>();
        var progress = new NotebookProgress(plot -> shown.add(plot.svg()), Duration.ZERO);
        fit(net(), 2, t -> t.callbacks(progress));
        assertThat(shown).hasSize(2 * 8 + 2 + 1);
        assertThat(shown.getFirst()).contains("epoch 1/2, batch 1/8, loss ").contains(" left");
        assertThat(shown.get(8)).contains("epoch 1/2: loss ").contains("test acc").contains(">test<");
        assertThat(shown.getLast()).contains("test acc").contains(", 0:0");
        shown.clear();
        fit(net(), 2, t -> t.callbacks(new NotebookProgress(plot -> shown.add(plot.svg()), Duration.ofHours(1))));
        assertThat(shown).as("after the epochs and at the end").hasSize(3);
    }

    @Test
    void aRangeTestOfALossThatIsNotANumberSaysSo() {
        Layer net = net();
        float[] before = numbers(net.stateDict());
        var trainer = new Trainer(net, t -> t.loss((o, y) -> o.sum().mul(Double.NaN)).progress(false));
        assertThatThrownBy(() -> trainer.findLearningRate(train())).hasMessageContaining("first batch is NaN");
        assertThat(numbers(net.stateDict())).containsExactly(before);
    }
}
