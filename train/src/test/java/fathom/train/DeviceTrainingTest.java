package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Device;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.Adam;
import fathom.train.metric.Metrics;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on other devices than the CPU, with the same bits. */
class DeviceTrainingTest {
    private record Outcome(float[] weights, Map<String, Double> test) {}

    private static Layer net() {
        return new Sequential(new Linear(2, 16), new BatchNorm1d(16), new ReLU(), new Dropout(0.1), new Linear(16, 3));
    }

    /** {@return what a training on a device comes to; the network is made on the CPU, as are the batches} */
    private static Outcome trained(Device device, int workers) {
        try (var _ = new Generator(3).open();
                var _ = Device.CPU.open()) {
            Layer net = net();
            Run run =
                    new Trainer(
                                    net,
                                    t ->
                                            t.device(device)
                                                    .seed(3)
                                                    .optimizer(p -> new Adam(p, 0.01))
                                                    .clipNorm(5)
                                                    .metrics(Metrics.accuracy())
                                                    .progress(false))
                            .fit(Fixture.train().workers(workers), Fixture.test(), Epochs.of(3));
            for (Tensor p : net.parameters()) {
                assertThat(p.device()).isSameAs(device);
            }
            return new Outcome(Fixture.weights(net), run.last().test());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void trainingHasTheSameBits(String name) {
        Outcome here = trained(Device.CPU, 0);
        Outcome there = trained(Device.of(name), 2);
        assertThat(there.weights()).isEqualTo(here.weights());
        assertThat(there.test()).isEqualTo(here.test());
    }

    @Test
    void twoThreadsTrainAtOnce() throws InterruptedException {
        Outcome expected = trained(Device.CPU, 0);
        var found = new Outcome[2];
        var threads = new Thread[2];
        for (int i = 0; i < 2; i++) {
            int n = i;
            threads[i] = Thread.ofPlatform().start(() -> found[n] = trained(Device.cpu(n), n));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(found[0].weights()).isEqualTo(expected.weights());
        assertThat(found[1].weights()).isEqualTo(expected.weights());
    }

    @Test
    void aNetworkMovesWhileItIsTrained() {
        Device other = Device.cpu(1);
        float[] expected = null;
        for (Device second : new Device[] {Device.CPU, other}) {
            try (var _ = new Generator(3).open();
                    var _ = Device.CPU.open()) {
                Layer net = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 3));
                var adam = new Adam(net.parameters(), 0.01);
                for (Device device : new Device[] {Device.CPU, second, Device.CPU}) {
                    net.to(device);
                    for (Batch batch : DataLoader.of(Fixture.sectors(64, 1), 16).to(device)) {
                        assertThat(batch.x().device()).isSameAs(device);
                        adam.zeroGrad();
                        Tensors.crossEntropy(net.forward(batch.x()), batch.y()).backward();
                        adam.step();
                    }
                }
                float[] weights = Fixture.weights(net);
                expected = expected == null ? weights : expected;
                assertThat(weights).isEqualTo(expected);
            }
        }
    }
}
