package fathom.nn;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.randn;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Device;
import fathom.Shape;
import fathom.Tensor;
import fathom.nn.activation.ReLU;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PredictorTest {
    @BeforeEach
    void seed() {
        manualSeed(0);
    }

    private static Sequential mlp() {
        return new Sequential(new Linear(8, 16), new ReLU(), new Dropout(0.5), new Linear(16, 3));
    }

    private static float[] plain(Layer net, Tensor x) {
        try (var off = Autograd.noGrad()) {
            return net.forward(x).toFloatArray();
        }
    }

    @Test
    void manyThreadsGetTheNumbersOfForward() throws Exception {
        var net = mlp();
        var predictor = Predictor.of(net, 2);
        assertThat(net.isTraining()).isFalse();
        var inputs = new ArrayList<Tensor>();
        var right = new ArrayList<float[]>();
        for (int i = 0; i < 12; i++) {
            inputs.add(randn(1 + i % 3, 8));
            right.add(plain(net, inputs.getLast()));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Callable<Void>>();
            for (int t = 0; t < 20; t++) {
                calls.add(() -> {
                    for (int round = 0; round < 10; round++) {
                        for (int i = 0; i < inputs.size(); i++) {
                            Tensor y = predictor.predict(inputs.get(i));
                            assertThat(y.requiresGrad()).isFalse();
                            assertThat(y.toFloatArray()).containsExactly(right.get(i));
                        }
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(calls)) {
                done.get();
            }
        }
    }

    @Test
    void callsAreReplayed() {
        var runs = new AtomicInteger();
        var net =
                new Layer() {
                    final Linear fc = new Linear(8, 3);

                    @Override
                    public Tensor forward(Tensor x) {
                        runs.incrementAndGet();
                        return fc.forward(x);
                    }
                };
        var predictor = Predictor.of(net, 1);
        Tensor x = randn(2, 8);
        for (int i = 0; i < 20; i++) {
            assertThat(predictor.predict(x).shape()).isEqualTo(Shape.of(2, 3));
        }
        assertThat(runs.get()).as("runs of forward in Java").isLessThanOrEqualTo(3);
    }

    @Test
    void newWeightsAreSeen() {
        var net = new Linear(4, 2);
        var predictor = Predictor.of(net, 1);
        Tensor x = randn(1, 4);
        for (int i = 0; i < 6; i++) {
            predictor.predict(x);
        }
        var state = net.stateDict();
        state.put("weight", zeros(2, 4));
        state.put("bias", zeros(2));
        net.loadStateDict(state);
        assertThat(predictor.predict(x).toFloatArray()).containsExactly(0, 0);
    }

    @Test
    void aFailedCallReturnsItsLane() {
        var predictor = Predictor.of(mlp(), 1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> predictor.predict(randn(1, 9))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(predictor.predict(randn(1, 8)).shape()).isEqualTo(Shape.of(1, 3));
    }

    @Test
    void aModelThatIsTrainedAgainIsRefused() {
        var net = mlp();
        var predictor = Predictor.of(net);
        net.train();
        assertThatThrownBy(() -> predictor.predict(randn(1, 8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("training mode");
        assertThatThrownBy(() -> Predictor.of(net, 0)).hasMessageContaining("lanes");
    }

    /** Several threads, replayed plans, and inputs from where the model is not. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void predictsOnOtherDevices(String name) throws Exception {
        Device device = Device.of(name);
        try (var _ = Device.CPU.open()) {
            var runs = new AtomicInteger();
            var inner = mlp();
            var net =
                    new Layer() {
                        final Sequential layers = inner;

                        @Override
                        public Tensor forward(Tensor x) {
                            runs.incrementAndGet();
                            return layers.forward(x);
                        }
                    };
            net.eval();
            var inputs = new ArrayList<Tensor>();
            var right = new ArrayList<float[]>();
            for (int i = 0; i < 4; i++) {
                inputs.add(randn(1 + i % 2, 8));
                right.add(plain(net, inputs.getLast()));
            }
            net.to(device);
            var predictor = Predictor.of(net, 2);
            runs.set(0);
            var calls = new ArrayList<Callable<Void>>();
            int rounds = 20;
            for (int t = 0; t < 4; t++) {
                calls.add(() -> {
                    for (int round = 0; round < rounds; round++) {
                        for (int i = 0; i < inputs.size(); i++) {
                            Tensor y = predictor.predict(inputs.get(i).to(device));
                            assertThat(y.device()).isSameAs(device);
                            assertThat(y.toFloatArray()).containsExactly(right.get(i));
                        }
                    }
                    return null;
                });
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var done : threads.invokeAll(calls)) {
                    done.get();
                }
            }
            // most calls were replays of a plan
            assertThat(runs.get()).isLessThan(4 * rounds * inputs.size() / 4);
            assertThatThrownBy(() -> predictor.predict(inputs.getFirst()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("cpu", device.toString());
        }
    }
}
