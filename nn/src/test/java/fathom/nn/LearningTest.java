package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.GELU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Tanh;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.MaxPool2d;
import org.junit.jupiter.api.Test;

/** Small networks learn small problems, by plain gradient descent. */
class LearningTest {
    private static void step(Block net, double rate) {
        try (var off = Autograd.noGrad()) {
            for (Tensor p : net.parameters()) {
                p.sub_(p.grad().mul(rate));
            }
        }
        net.zeroGrad();
    }

    private static double accuracy(Layer net, Tensor x, Tensor y) {
        net.eval();
        try (var off = Autograd.noGrad()) {
            return net.forward(x).argmax(1).eq(y).to(DType.FLOAT32).mean().item();
        } finally {
            net.train();
        }
    }

    /** Two spirals that no line parts. */
    @Test
    void perceptronPartsSpirals() {
        Tensors.manualSeed(7);
        Tensor radius = Tensors.rand(400).mul(0.8).add(0.2);
        Tensor y = Tensors.arange(400).remainder(2);
        Tensor angle = radius.mul(5).add(y.mul(Math.PI));
        Tensor x = Tensors.stack(java.util.List.of(radius.mul(angle.cos()), radius.mul(angle.sin())), 1);
        var net = new Sequential(new Linear(2, 32), new Tanh(), new Linear(32, 32), new ReLU(), new Linear(32, 2));
        for (int i = 0; i < 250; i++) {
            Tensors.crossEntropy(net.forward(x), y).backward();
            step(net, 0.5);
        }
        assertThat(accuracy(net, x, y)).isGreaterThan(0.97);
    }

    /** Where a bright stroke stands: with convolution, batch norm, pooling and dropout. */
    @Test
    void convolutionTellsRowsFromColumns() {
        Tensors.manualSeed(8);
        int n = 128;
        Tensor x = Tensors.randn(n, 1, 8, 8).mul(0.3);
        Tensor y = Tensors.arange(n).remainder(2);
        try (var off = Autograd.noGrad()) {
            for (int i = 0; i < n; i++) {
                x.select(0, i).select(0, 0).select(i % 2, i / 2 % 8).add_(1);
            }
        }
        var net =
                new Sequential(
                        new Conv2d(1, 8, 3, c -> c.padding(1).bias(false)),
                        new BatchNorm2d(8),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Dropout(0.1),
                        new Flatten(),
                        new Linear(128, 2));
        double first = Tensors.crossEntropy(net.forward(x), y).item();
        for (int i = 0; i < 40; i++) {
            Tensors.crossEntropy(net.forward(x), y).backward();
            step(net, 0.1);
        }
        assertThat(Tensors.crossEntropy(net.eval().forward(x), y).item()).isLessThan(first / 4);
        assertThat(accuracy(net, x, y)).isGreaterThan(0.97);
    }

    /** Numbers of the same seed are the same to the last bit. */
    @Test
    void trainingIsRepeatable() {
        double[] losses = new double[2];
        for (int run = 0; run < 2; run++) {
            Tensors.manualSeed(9);
            var net =
                    new Sequential(
                            new Linear(5, 16), new Dropout(), new BatchNorm1d(16), new GELU(), new Linear(16, 3));
            Tensor x = Tensors.randn(32, 5);
            Tensor y = Tensors.randint(0, 3, 32);
            for (int i = 0; i < 10; i++) {
                Tensor loss = Tensors.crossEntropy(net.forward(x), y);
                loss.backward();
                step(net, 0.1);
                losses[run] = loss.item();
            }
        }
        assertThat(losses[0]).isEqualTo(losses[1]);
    }
}
