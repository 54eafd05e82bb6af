package fathom.train.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.loss.MSELoss;
import fathom.nn.norm.BatchNorm;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.SGD;
import fathom.testkit.Golden;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Trainer;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Averages of weights, compared with {@code torch.optim.swa_utils}. */
class WeightAverageTest {
    private static final Golden GOLDEN = Golden.load("golden/averages.safetensors");

    private static void set(Tensor weight, Tensor value) {
        try (var _ = Autograd.noGrad()) {
            weight.copy_(value);
        }
    }

    @Test
    void averagesOfStepsAsPyTorchs() {
        for (String kind : new String[] {"equal", "exponential"}) {
            var net = new Linear(5, 1, o -> o.bias(false));
            var average = kind.equals("equal") ? WeightAverage.equal(net) : WeightAverage.exponential(net, 0.8);
            Tensor steps = GOLDEN.tensor(kind + "/in0");
            for (long i = 0; i < steps.size(0); i++) {
                set(net.weight, steps.select(0, i));
                average.update();
            }
            float[] last = net.weight.toFloatArray();
            float[] expected = GOLDEN.tensor(kind + "/out0").toFloatArray();
            assertThat(average.stateDict().get("weight").toFloatArray())
                    .as(kind)
                    .containsExactly(expected, within(1e-6f));
            assertThat(net.weight.toFloatArray()).as("its own weights are back").containsExactly(last);
            float[] inside = average.with(() -> net.weight.toFloatArray());
            assertThat(inside).containsExactly(expected, within(1e-6f));
            assertThat(net.weight.toFloatArray()).containsExactly(last);
            assertThatThrownBy(() ->
                            average.with(() -> {
                                throw new IllegalStateException("broken");
                            }))
                    .hasMessage("broken");
            assertThat(net.weight.toFloatArray()).as("after a failure").containsExactly(last);
            average.copyToNetwork();
            assertThat(net.weight.toFloatArray()).containsExactly(inside);
        }
        assertThatThrownBy(() -> WeightAverage.exponential(new Linear(1, 1), 1.5)).hasMessageContaining("from 0 to 1");
    }

    @Test
    void statisticsOfBatchNormsAreRecomputedAsPyTorchs() {
        var linear = new Linear(3, 4);
        var norm = new BatchNorm1d(4);
        var net = new Sequential(linear, norm);
        set(linear.weight, GOLDEN.tensor("batchNorm/in1"));
        set(linear.bias, GOLDEN.tensor("batchNorm/in2"));
        Tensor x = GOLDEN.tensor("batchNorm/in0");
        net.forward(x);
        net.eval();
        BatchNorm.recompute(
                net,
                () -> {
                    for (long[] part : new long[][] {{0, 6}, {6, 6}, {12, 2}}) {
                        net.forward(x.narrow(0, part[0], part[1]));
                    }
                });
        assertThat(norm.runningMean.toFloatArray())
                .containsExactly(GOLDEN.tensor("batchNorm/out0").toFloatArray(), within(1e-6f));
        assertThat(norm.runningVar.toFloatArray())
                .containsExactly(GOLDEN.tensor("batchNorm/out1").toFloatArray(), within(1e-5f));
        assertThat(norm.numBatchesTracked.itemLong()).isEqualTo(3);
        assertThat(net.isTraining()).isFalse();
        float[] before = norm.runningMean.toFloatArray();
        net.train();
        net.forward(x);
        assertThat(norm.runningMean.toFloatArray()).as("the momentum is back").isNotEqualTo(before);
        assertThat(norm.toString()).contains("momentum=0.1");
        BatchNorm.recompute(
                linear,
                () -> {
                    throw new AssertionError("there is nothing to recompute");
                });
    }

    @Test
    void theRatesOfAveragingAnnealAsPyTorchs() {
        Tensor x = Tensors.randn(8, 1).keep();
        var data = new TensorDataset(x, x);
        for (int anneal : new int[] {0, 3}) {
            Layer net = new Linear(1, 1);
            var swa = new StochasticWeightAveraging(2, 0.05, anneal);
            var run =
                    new Trainer(
                                    net,
                                    t ->
                                            t.loss(new MSELoss())
                                                    .optimizer(p -> new SGD(p, 0.4))
                                                    .batchSize(4)
                                                    .progress(false)
                                                    .callbacks(swa))
                            .fit(DataLoader.of(data, 4), Epochs.of(7));
            double[] rates = run.history().stream().mapToDouble(EpochResult::lr).toArray();
            var expected = new ArrayList<Double>();
            expected.add(0.4);
            for (double r : GOLDEN.tensor("rates/" + anneal + "/out0").toDoubleArray()) {
                expected.add(r);
            }
            for (int i = 0; i < rates.length; i++) {
                assertThat(rates[i]).as("epoch %s", i + 1).isCloseTo(expected.get(i), within(1e-12));
            }
            assertThat(swa.average().updates()).isEqualTo(6);
        }
    }
}
