package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Device;
import fathom.FathomException;
import fathom.Generator;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Example;
import fathom.data.TrainTestData;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Adam;
import fathom.optim.SGD;
import fathom.optim.StepLR;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static Trainer trainer(Layer net, java.util.function.Consumer<TrainerOptions> more) {
        return new Trainer(
                net,
                t -> {
                    t.optimizer(p -> new Adam(p, 0.02)).progress(false).seed(0);
                    more.accept(t);
                });
    }

    private static Layer freshNet() {
        Tensors.manualSeed(7);
        return Fixture.net();
    }

    @Test
    void learnsAndTellsHowItWent() {
        Layer net = freshNet();
        Run run = trainer(net, t -> {}).fit(Fixture.train(), Fixture.test(), Epochs.of(15));
        assertThat(run.history()).hasSize(15);
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        EpochResult last = run.last();
        assertThat(last.epoch()).isEqualTo(15);
        assertThat(last.examples()).isEqualTo(200);
        assertThat(last.loss()).isLessThan(run.history().getFirst().loss());
        assertThat(last.test().get("acc")).isGreaterThan(0.9);
        assertThat(last.toString()).matches("loss \\d\\.\\d{3}, train acc [01]\\.\\d{3}, test acc [01]\\.\\d{3}");
        assertThat(run.speed()).matches("\\d+\\.\\d examples/sec on " + Device.current());
        assertThat(run.toString()).isEqualTo(last + "\n" + run.speed());
        assertThat(run.best().orElseThrow().test().get("acc"))
                .isEqualTo(run.history().stream().mapToDouble(e -> e.test().get("acc")).max().orElseThrow());
        assertThat(net.isTraining()).isTrue();
    }

    @Test
    void trainsWithDefaultsOnDataSets() {
        var data = TrainTestData.of(Fixture.sectors(64, 1), Fixture.sectors(32, 2));
        Run run = new Trainer(freshNet(), t -> t.progress(false).batchSize(8)).fit(data, Epochs.of(2));
        assertThat(run.last().test()).containsOnlyKeys("loss", "acc");
    }

    @Test
    void evaluatesWithoutTouchingModeOrRandomness() {
        Layer net = freshNet();
        net.train();
        long[] before = Tensors.randomState();
        Evaluation e = trainer(net, t -> {}).evaluate(Fixture.test());
        assertThat(Tensors.randomState()).isEqualTo(before);
        assertThat(net.isTraining()).isTrue();
        assertThat(e.examples()).isEqualTo(100);
        var x = Fixture.sectors(100, 2).tensors();
        assertThat(e.loss()).isCloseTo(Tensors.crossEntropy(net.forward(x.get(0)), x.get(1)).item(), within(1e-5));
        assertThat(e.toString()).matches("loss \\d\\.\\d{3}, acc \\d\\.\\d{3}");
    }

    @Test
    void severalBatchesMakeOneUpdateAsIfTheyWereOne() {
        Layer whole = freshNet();
        Layer parts = freshNet();
        // 50 examples: the last batch of 3, and the last group, are smaller than the others
        var data = Fixture.sectors(50, 3);
        trainer(whole, t -> t.optimizer(p -> new SGD(p, 0.1))).fit(DataLoader.of(data, 12), Epochs.of(3));
        trainer(parts, t -> t.optimizer(p -> new SGD(p, 0.1)).accumulate(3)).fit(DataLoader.of(data, 4), Epochs.of(3));
        assertThat(Fixture.weights(parts)).containsExactly(Fixture.weights(whole), within(2e-6f));
    }

    @Test
    void stopsWhenNothingImproves() {
        // a learning rate of 0: nothing can
        Run run =
                trainer(freshNet(), t -> t.optimizer(p -> new SGD(p, 0)).earlyStopping(3))
                        .fit(Fixture.train(), Fixture.test(), Epochs.of(50));
        assertThat(run.ending()).isEqualTo(Run.Ending.NO_IMPROVEMENT);
        assertThat(run.history()).hasSize(4);
        assertThat(run.best().orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void followsASchedulePerEpochAndPerBatch() {
        Run epochs =
                trainer(freshNet(), t -> t.optimizer(p -> new SGD(p, 0.8)).schedule(o -> new StepLR(o, 1, 0.5)))
                        .fit(Fixture.train(), Epochs.of(3));
        assertThat(epochs.history().stream().map(EpochResult::lr)).containsExactly(0.8, 0.4, 0.2);
        Run batches =
                trainer(freshNet(), t -> t.optimizer(p -> new SGD(p, 0.8)).scheduleBatches(o -> new StepLR(o, 13, 0.5)))
                        .fit(Fixture.train(), Epochs.of(2));
        assertThat(batches.history().stream().map(EpochResult::lr)).containsExactly(0.4, 0.2);
    }

    @Test
    void clipsGradients() {
        Layer net = freshNet();
        float[] before = Fixture.weights(net);
        trainer(net, t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1e-3))
                .fit(DataLoader.of(Fixture.sectors(16, 1), 16), Epochs.of(1));
        float[] after = Fixture.weights(net);
        double norm = 0;
        for (int i = 0; i < after.length; i++) {
            norm += Math.pow(after[i] - before[i], 2);
        }
        assertThat(Math.sqrt(norm)).isCloseTo(1e-3, within(1e-5));
    }

    @Test
    void aLossThatIsNoNumberStopsWithTheWeightsAsTheyWereBefore() {
        Layer net = freshNet();
        float[] before = Fixture.weights(net);
        assertThatThrownBy(() ->
                        trainer(net, t -> t.loss((o, y) -> Tensors.crossEntropy(o, y).mul(Double.NaN)))
                                .fit(Fixture.train(), Epochs.of(1)))
                .isInstanceOf(FathomException.class)
                .hasMessage(
                        "the loss is NaN in epoch 1, batch 1 of 13, at learning rate 0.02: try a smaller learning rate, or clipNorm");
        assertThat(Fixture.weights(net)).containsExactly(before);
    }

    @Test
    void refusesALossThatIsNoSingleNumber() {
        assertThatThrownBy(() -> trainer(freshNet(), t -> t.loss((o, y) -> o)).fit(Fixture.train(), Epochs.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has shape [16, 3]");
    }

    @Test
    void tellsCallbacks() {
        List<String> told = new ArrayList<>();
        var callback =
                new TrainingCallback() {
                    @Override
                    public void onStart(Progress p) {
                        told.add("start");
                    }

                    @Override
                    public void onBatch(Progress p) {
                        told.add("batch " + p.epoch() + " " + p.step());
                    }

                    @Override
                    public void onEpoch(Progress p, EpochResult result) {
                        told.add("epoch " + p.epoch() + " " + result.epoch());
                    }

                    @Override
                    public void onEnd(Run run) {
                        told.add("end " + run.ending());
                    }
                };
        trainer(freshNet(), t -> t.callbacks(callback)).fit(DataLoader.of(Fixture.sectors(32, 1), 16), Epochs.of(2));
        assertThat(told)
                .containsExactly(
                        "start",
                        "batch 1 1",
                        "batch 1 2",
                        "epoch 1 1",
                        "batch 2 3",
                        "batch 2 4",
                        "epoch 2 2",
                        "end FINISHED");
    }

    @Test
    void stopsAfterTheBatchWhenACallbackAsks() {
        var stopAt20 =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == 20) {
                            p.stop();
                        }
                    }
                };
        Run run = trainer(freshNet(), t -> t.callbacks(stopAt20)).fit(Fixture.train(), Epochs.of(5));
        assertThat(run.ending()).isEqualTo(Run.Ending.INTERRUPTED);
        assertThat(run.history()).hasSize(1);
    }

    @Test
    void stopsAfterTheBatchWhenItsThreadIsInterrupted() {
        var interrupt =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == 3) {
                            Thread.currentThread().interrupt();
                        }
                    }
                };
        Run run = trainer(freshNet(), t -> t.callbacks(interrupt)).fit(Fixture.train(), Epochs.of(5));
        assertThat(Thread.interrupted()).as("the interrupt is passed on").isTrue();
        assertThat(run.ending()).isEqualTo(Run.Ending.INTERRUPTED);
        assertThat(run.history()).isEmpty();
        assertThatThrownBy(run::last).hasMessageContaining("interrupted before its first epoch");
    }

    @Test
    void chanceComesFromTheSeed() {
        float[][] weights = new float[3][];
        for (int i = 0; i < 3; i++) {
            Layer net = freshNet();
            int seed = i / 2;
            trainer(net, t -> t.seed(seed).loss(new CrossEntropyLoss())).fit(Fixture.train(), Epochs.of(2));
            weights[i] = Fixture.weights(net);
        }
        assertThat(weights[1]).containsExactly(weights[0]);
        assertThat(weights[2]).isNotEqualTo(weights[0]);
    }

    /** Trains a network with dropout on shuffled data with a random transform, from weights of the same seed. */
    private static float[] trained(long seed, boolean eager) {
        try (var _ = new Generator(seed).open()) {
            Layer net = new Sequential(new Linear(2, 32), new ReLU(), new Dropout(0.5), new Linear(32, 3));
            DataLoader loader =
                    DataLoader.of(
                                    Fixture.sectors(200, 1)
                                            .map(e -> Example.of(e.x().add(Tensors.randn(2).mul(0.05)), e.y())),
                                    16)
                            .shuffle(true)
                            .workers(1);
            trainer(net, t -> t.seed(seed).eager(eager)).fit(loader, Fixture.test(), Epochs.of(4));
            return Fixture.weights(net);
        }
    }

    @Test
    void trainingsInSeveralThreadsAreEachReproducible() throws Exception {
        float[][] alone = {trained(1, false), trained(2, true)};
        assertThat(alone[0]).isNotEqualTo(alone[1]);
        var start = new java.util.concurrent.CyclicBarrier(3);
        try (var threads = java.util.concurrent.Executors.newFixedThreadPool(3)) {
            var together = new ArrayList<java.util.concurrent.Future<float[]>>();
            for (int i = 0; i < 3; i++) {
                int seed = i == 0 ? 1 : 2;
                boolean eager = i == 2;
                together.add(
                        threads.submit(() -> {
                            start.await();
                            return trained(seed, eager);
                        }));
            }
            assertThat(together.get(0).get()).containsExactly(alone[0]);
            assertThat(together.get(1).get()).containsExactly(alone[1]);
            assertThat(together.get(2).get()).containsExactly(alone[1]);
        }
    }

    @Test
    void aSeedLeavesTheGeneratorsOfOthersAlone() {
        Layer net = freshNet();
        long[] before = Tensors.randomState();
        trainer(net, t -> {}).fit(Fixture.train(), Fixture.test(), Epochs.of(2));
        assertThat(Tensors.randomState()).isEqualTo(before);
        trainer(net, t -> {}).evaluate(Fixture.test().shuffle(true));
        assertThat(Tensors.randomState()).isEqualTo(before);
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        var options = new TrainerOptions();
        assertThatThrownBy(() -> options.accumulate(0)).hasMessageContaining("accumulate");
        assertThatThrownBy(() -> options.clipNorm(-1)).hasMessage("clipNorm: must be positive, is -1.0");
        assertThatThrownBy(() -> options.earlyStopping(0)).hasMessageContaining("patience");
        assertThatThrownBy(() -> Epochs.of(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() ->
                        trainer(freshNet(), t -> {})
                                .fit(DataLoader.of(Fixture.sectors(5, 1), 16).dropLast(true), Epochs.of(1)))
                .hasMessage("fit: the training data has no batch");
    }
}
