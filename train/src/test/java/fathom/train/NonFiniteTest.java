package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.optim.Adam;
import fathom.optim.SGD;
import fathom.train.metric.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NaN and infinity are noticed, wherever in a training they come up, and said. */
class NonFiniteTest {
    @TempDir Path folder;

    /** Gives what it is told, epoch by epoch: trained epochs and tests take turns. */
    private record Told(boolean higherIsBetter, double... values) implements Metric {
        @Override
        public String name() {
            return "told";
        }

        @Override
        public Tally start() {
            return new Tally() {
                private int epoch;

                @Override
                public void add(Tensor output, Tensor target) {
                    epoch = (int) target.select(0, 0).itemLong();
                }

                @Override
                public double value() {
                    return values[epoch];
                }

                @Override
                public double[] state() {
                    return new double[] {epoch};
                }

                @Override
                public void restore(double[] state) {
                    epoch = (int) state[0];
                }
            };
        }
    }

    private static Layer freshNet() {
        Tensors.manualSeed(7);
        return Fixture.net();
    }

    private static Trainer trainer(Layer net, Consumer<TrainerOptions> more) {
        return new Trainer(
                net,
                t -> {
                    t.optimizer(p -> new Adam(p, 0.02)).progress(false).seed(0);
                    more.accept(t);
                });
    }

    /** A training whose measure in each epoch is as told: the target is the number of the epoch. */
    private Run told(boolean higherIsBetter, int patience, double... values) {
        var epoch = new int[1];
        var data =
                new fathom.data.Dataset() {
                    @Override
                    public long size() {
                        return 4;
                    }

                    @Override
                    public fathom.data.Example get(long index) {
                        return fathom.data.Example.of(Tensors.ones(2), Tensors.tensor((long) epoch[0]));
                    }
                };
        var next =
                new TrainingCallback() {
                    @Override
                    public void onEpoch(Progress progress, EpochResult result) {
                        epoch[0]++;
                    }
                };
        return trainer(
                        new Sequential(new Linear(2, 3)),
                        t -> {
                            t.loss((o, y) -> o.mean()).metrics(new Told(higherIsBetter, values)).callbacks(next);
                            t.checkpoints(folder.resolve("run"));
                            if (patience > 0) {
                                t.earlyStopping(patience);
                            }
                        })
                .fit(DataLoader.of(data, 4), Epochs.of(values.length));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingThatIsNotFiniteIsEverBest(boolean higher) {
        double nan = Double.NaN;
        double good = higher ? 1 : -1; // the further this way, the better
        double infinity = good * Double.POSITIVE_INFINITY;
        Run run = told(higher, 3, nan, good, 2 * good, 3 * good, nan, infinity, 4 * good, 3 * good);
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        assertThat(run.history()).hasSize(8);
        assertThat(run.best().orElseThrow().epoch()).isEqualTo(7);
        assertThat(folder.resolve("run/best.safetensors")).exists();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void epochsWithoutAMeasureBringNoImprovement(boolean higher) {
        double nan = Double.NaN;
        Run late = told(higher, 3, 1, nan, nan, nan, 5, 5, 5);
        assertThat(late.ending()).isEqualTo(Run.Ending.NO_IMPROVEMENT);
        assertThat(late.history()).hasSize(4);
        assertThat(late.best().orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void aRunWithoutAnyMeasureHasNoBestEpoch() {
        double nan = Double.NaN;
        Run run = told(true, 3, nan, nan, nan, nan, nan);
        assertThat(run.ending()).isEqualTo(Run.Ending.NO_IMPROVEMENT);
        assertThat(run.history()).hasSize(3);
        assertThat(run.best()).isEmpty();
        assertThat(folder.resolve("run/best.safetensors")).doesNotExist();
        assertThat(folder.resolve("run/model.safetensors")).exists();
    }

    /** The mean of the output, which a step down with a great rate makes infinite: its gradient stays what it is. */
    private static Consumer<TrainerOptions> bottomless(double lr) {
        return t -> t.loss((o, y) -> o.mean()).metrics().optimizer(p -> new SGD(p, lr));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void weightsThatTheLastUpdateBrokeAreNotKept(int epochs) throws Exception {
        Path run = folder.resolve("run");
        DataLoader loader = DataLoader.of(Fixture.sectors(32, 1), 32);
        if (epochs == 2) { // a first one goes well
            trainer(new Sequential(new Linear(2, 3)), bottomless(1e-3).andThen(t -> t.checkpoints(run)))
                    .fit(loader, Epochs.of(1));
        }
        // 1e39 as a float is infinity: there is no loss after this update that could tell
        var breaking =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == epochs) {
                            p.net().parameters().getFirst().detach().mul_(1e39);
                        }
                    }
                };
        var second = new Sequential(new Linear(2, 3));
        assertThatThrownBy(() ->
                        trainer(
                                        second,
                                        bottomless(1e-3)
                                                .andThen(t ->
                                                        t.checkpoints(run).resume(epochs == 2).callbacks(breaking)))
                                .fit(loader, Epochs.of(epochs)))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("after batch 1 of 1 in epoch " + epochs)
                .hasMessageContaining("0.weight has 6 elements that are NaN or infinite")
                .hasMessageMatching(epochs == 2 ? ".*the checkpoint of epoch 1 is kept in .*" : ".*or clipNorm");
        if (epochs == 2) {
            assertThat(NonFinite.count(StateDict.load(run.resolve("model.safetensors")).get("0.weight"))).isZero();
            assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(2);
        } else {
            assertThat(run.resolve("model.safetensors")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLossThatIsNotFiniteEndsTheTrainingInWhateverUpdate(boolean eager) {
        for (int bad : new int[] {1, 7, 13}) { // the first, one that is replayed, and the last of 13
            var batch = new int[1];
            var poison =
                    new TrainingCallback() {
                        @Override
                        public void onBatch(Progress p) {
                            if (++batch[0] == bad - 1) {
                                p.net().parameters().getFirst().detach().fill_(Double.NaN);
                            }
                        }
                    };
            Layer net = freshNet();
            if (bad == 1) {
                net.parameters().getFirst().detach().fill_(Double.NaN);
            }
            assertThatThrownBy(() ->
                            trainer(net, t -> t.eager(eager).callbacks(poison)).fit(Fixture.train(), Epochs.of(1)))
                    .isInstanceOf(FathomException.class)
                    .hasMessageContaining("the loss is NaN in epoch 1, batch %d of 13", bad);
        }
    }

    @Test
    void whoWantsToMayGoOn() {
        Layer net = freshNet();
        net.parameters().getFirst().detach().fill_(Double.NaN);
        Run run =
                trainer(net, t -> t.checkFinite(false).checkpoints(folder.resolve("run")))
                        .fit(Fixture.train(), Fixture.test(), Epochs.of(2));
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        assertThat(run.last().toString()).isEqualTo("loss NaN, train acc NaN, test acc NaN");
        assertThat(run.best()).isEmpty();
        assertThat(run.warnings()).singleElement().asString().contains("epoch 1").contains("the network");
    }

    @Test
    void theTestSaysWhereItsNumbersWentWrong() {
        TensorDataset data = Fixture.sectors(100, 2);
        Tensor x = data.tensors().get(0).clone();
        x.set(Double.NaN, "70");
        var test = new TensorDataset(x, data.tensors().get(1));
        Run run = trainer(freshNet(), t -> {}).fit(Fixture.train(), DataLoader.of(test, 50), Epochs.of(3));
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        assertThat(run.last().test().get("loss")).isNaN();
        assertThat(run.last().toString()).endsWith("test acc NaN");
        assertThat(run.best()).isEmpty();
        assertThat(run.warnings())
                .containsExactly(
                        "epoch 1: the loss of batch 2 of 2 in the evaluation is NaN, because of the data: tensor 0 of the"
                                + " batch has 2 elements that are NaN or infinite");
    }

    @Test
    void anInfiniteLossInTheTestIsSaid() {
        // finite weights, but so great that what they give is infinite
        Run run =
                trainer(new Sequential(new Linear(2, 3)), bottomless(1e38))
                        .fit(DataLoader.of(Fixture.sectors(32, 1), 32), Fixture.test(), Epochs.of(1));
        assertThat(run.last().test().get("loss")).isInfinite();
        assertThat(run.best()).isEmpty();
        assertThat(run.warnings())
                .singleElement()
                .asString()
                .endsWith("is -Infinity, though the data and the network's output are finite");
    }

    /** A network with a mask of infinities among its buffers, as those of language models have. */
    private static final class Masked extends Layer {
        private final Layer net = new Linear(2, 3);
        private final Tensor mask = buffer(Tensors.full(Double.NEGATIVE_INFINITY, Tensors.FLOAT32, 3, 3).triu(1));

        @Override
        public Tensor forward(Tensor x) {
            return net.forward(x).add(mask.select(0, 0).exp());
        }
    }

    @Test
    void infinitiesThatBelongToANetworkAreLetBe() {
        Run run = trainer(new Masked(), t -> {}).fit(Fixture.train(), Epochs.of(1));
        assertThat(run.ending()).isEqualTo(Run.Ending.FINISHED);
        assertThat(run.warnings()).isEmpty();
    }
}
