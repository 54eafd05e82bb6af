package fathom.train;

import static fathom.Tensors.crossEntropy;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.pool.MaxPool2d;
import fathom.optim.Adam;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.optim.StepLR;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Training steps that are captured do what they do as they stand, to the bit. */
class CapturedStepTest {
    private static final int STEPS = 50;

    private static Layer mlp() {
        return new Sequential(new Flatten(), new Linear(64, 32), new ReLU(), new Linear(32, 10));
    }

    private static Layer leNet() {
        return new Sequential(
                new Conv2d(1, 6, 5, c -> c.padding(2)),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(6, 16, 3),
                new ReLU(),
                new Flatten(),
                new Linear(64, 10));
    }

    private static Layer regularised() {
        return new Sequential(
                new Flatten(),
                new Linear(64, 32),
                new BatchNorm1d(32),
                new ReLU(),
                new Dropout(0.3),
                new Linear(32, 10));
    }

    /** A run of some steps: the losses, and all weights and buffers in the end. */
    private record Outcome(List<Double> losses, float[] state) {}

    private static Outcome run(
            boolean captured, Supplier<Layer> makeNet, Function<Layer, Optimizer> makeOptimizer, boolean clip) {
        Tensors.manualSeed(7);
        Layer net = makeNet.get();
        Optimizer opt = makeOptimizer.apply(net);
        var schedule = new StepLR(opt, 10, 0.5);
        var inputs = new ArrayList<Tensor>();
        var targets = new ArrayList<Tensor>();
        for (int i = 0; i < 4; i++) {
            inputs.add(Tensors.randn(16, 1, 8, 8));
            targets.add(Tensors.randint(0, 10, 16));
        }
        java.util.function.BinaryOperator<Tensor> step =
                (x, y) -> {
                    Tensor loss = crossEntropy(net.forward(x), y);
                    opt.zeroGrad();
                    loss.backward();
                    if (clip) {
                        Clip.gradNormAsTensor_(net.parameters(), 0.5);
                    }
                    opt.step();
                    return loss;
                };
        var once = Captured.of(step);
        var losses = new ArrayList<Double>();
        for (int i = 0; i < STEPS; i++) {
            Tensor x = inputs.get(i % 4);
            Tensor y = targets.get(i % 4);
            losses.add((captured ? once.call(x, y) : step.apply(x, y)).item());
            schedule.step();
        }
        if (captured) {
            assertThat(once.eagerReason()).isNull();
            assertThat(once.plan()).contains("kernels of");
        }
        var all = new ArrayList<Tensor>();
        net.stateDict().entries().values().forEach(t -> all.add(t.detach().toFloat().reshape(-1)));
        opt.stateDict().tensors().values().forEach(t -> all.add(t.reshape(-1)));
        net.parameters().forEach(p -> all.add(p.grad().reshape(-1)));
        return new Outcome(losses, Tensors.cat(all, 0).toFloatArray());
    }

    private static void same(Supplier<Layer> net, Function<Layer, Optimizer> optimizer, boolean clip) {
        Outcome eager = run(false, net, optimizer, clip);
        Outcome captured = run(true, net, optimizer, clip);
        assertThat(captured.losses).isEqualTo(eager.losses);
        assertThat(captured.state).isEqualTo(eager.state);
        assertThat(eager.losses.getLast()).isLessThan(eager.losses.getFirst());
    }

    private static Optimizer adam(Layer net) {
        return new Adam(net.parameters(), 0.01);
    }

    private static Optimizer momentum(Layer net) {
        return new SGD(net.parameters(), 0.05, o -> o.momentum(0.9).weightDecay(1e-3));
    }

    @Test
    void mlpWithMomentum() {
        same(CapturedStepTest::mlp, CapturedStepTest::momentum, false);
    }

    @Test
    void mlpWithAdamAndClipping() {
        same(CapturedStepTest::mlp, CapturedStepTest::adam, true);
    }

    @Test
    void leNetWithAdam() {
        same(CapturedStepTest::leNet, CapturedStepTest::adam, false);
    }

    @Test
    void dropoutAndBatchNorm() {
        same(CapturedStepTest::regularised, CapturedStepTest::momentum, false);
    }

    @Test
    void evaluationIsAnotherPlan() {
        Layer net = regularised();
        Tensor x = Tensors.randn(16, 1, 8, 8);
        Captured step = Captured.of((Tensor in) -> net.forward(in));
        for (int i = 0; i < 16; i++) {
            net.train(i % 3 == 0);
            Tensor y = step.call(x);
            if (i % 3 != 0) {
                assertThat(y.equal(net.forward(x).detach())).isTrue();
            }
        }
        assertThat(step.eagerReason()).isNull();
        net.train();
        assertThat(step.call(x).equal(step.call(x))).isFalse(); // dropout draws anew
    }

    @Test
    void aStateThatIsLoadedCounts() {
        Tensors.manualSeed(1);
        Layer net = mlp();
        var opt = new Adam(net.parameters(), 0.01);
        Tensor x = Tensors.randn(16, 1, 8, 8);
        Tensor y = Tensors.randint(0, 10, 16);
        Captured step =
                Captured.of((Tensor a, Tensor b) -> {
                    Tensor loss = crossEntropy(net.forward(a), b);
                    opt.zeroGrad();
                    loss.backward();
                    opt.step();
                    return loss;
                });
        var weights = new ArrayList<float[]>();
        var state = opt.stateDict();
        var values = net.stateDict();
        for (int run = 0; run < 2; run++) {
            for (int i = 0; i < 8; i++) {
                if (i == 5) {
                    if (run == 0) {
                        state = opt.stateDict();
                        values = net.stateDict().copy();
                    } else {
                        opt.loadStateDict(state);
                        net.loadStateDict(values);
                    }
                }
                step.call(x, y);
            }
            assertThat(opt.stateDict().numbers()).containsEntry("state.0.step", 8.0);
            weights.add(Fixture.weights(net));
        }
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
        assertThat(step.eagerReason()).isNull();
    }
}
