package fathom.distributed.parallel;

import static fathom.Tensors.crossEntropy;
import static fathom.Tensors.randn;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Device;
import fathom.Generator;
import fathom.Tensor;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Tanh;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.SGD;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataParallelTest {
    private static final BinaryOperator<Tensor> LOSS = (output, y) -> crossEntropy(output, y);

    private static Sequential net(long seed) {
        try (var _ = new Generator(seed).open()) {
            return new Sequential(new Linear(4, 9), new Tanh(), new Linear(9, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void severalDevicesTrainAsOne(int devices) {
        Sequential alone = net(0);
        var whole = new SGD(alone.parameters(), 0.2, o -> o.momentum(0.9));
        var seed = new AtomicInteger();
        List<Device> all = List.of(Device.cpu(0), Device.cpu(1), Device.cpu(2)).subList(0, devices);
        // other weights in each copy: those of the first count
        try (var net = new DataParallel(() -> net(seed.getAndIncrement()), all)) {
            var opt = new SGD(net.parameters(), 0.2, o -> o.momentum(0.9));
            for (int i = 0; i < 8; i++) {
                Tensor x;
                // uneven parts, and a batch smaller than the number of devices
                try (var _ = new Generator(20 + i).open()) {
                    x = randn(i == 7 ? 2 : 11, 4);
                }
                Tensor y = x.narrow(1, 0, 3).argmax(1);
                whole.zeroGrad();
                Tensor expected = crossEntropy(alone.call(x), y);
                expected.backward();
                whole.step();
                opt.zeroGrad();
                Tensor loss = net.backward(x, y, LOSS);
                opt.step();
                assertThat(loss.item()).isCloseTo(expected.item(), within(1e-5));
                assertThat(loss.device()).isEqualTo(Device.CPU);
            }
            for (int i = 0; i < 4; i++) {
                float[] found = net.parameters().get(i).detach().reshape(-1).toFloatArray();
                float[] expected = alone.parameters().get(i).detach().reshape(-1).toFloatArray();
                for (int k = 0; k < found.length; k++) {
                    assertThat(found[k]).isCloseTo(expected[k], within(1e-5f));
                }
            }
            try (var _ = Autograd.noGrad()) {
                Tensor x = randn(5, 4);
                float[] found = net.call(x).reshape(-1).toFloatArray();
                float[] expected = alone.call(x).reshape(-1).toFloatArray();
                for (int k = 0; k < found.length; k++) {
                    assertThat(found[k]).isCloseTo(expected[k], within(1e-5f));
                }
            }
        }
    }

    @Test
    void gradientsAreAccumulatedUntilTheyAreReset() {
        try (var net = new DataParallel(() -> net(0), List.of(Device.cpu(0), Device.cpu(1)))) {
            Tensor x = randn(6, 4);
            Tensor y = x.narrow(1, 0, 3).argmax(1);
            net.backward(x, y, LOSS);
            Tensor once = net.parameters().getFirst().grad().clone();
            net.backward(x, y, LOSS);
            assertThat(net.parameters().getFirst().grad().sub(once.mul(2)).abs().max().item()).isLessThan(1e-6);
        }
    }

    @Test
    void statisticsAreThoseOfTheFirstDevice() {
        try (var net =
                new DataParallel(() -> new Sequential(new BatchNorm1d(2)), List.of(Device.cpu(0), Device.cpu(1)))) {
            Tensor x = rows(0, 0, 4, 4);
            net.backward(x, x, (output, y) -> output.sum());
            assertThat(net.module().buffers().getFirst().toFloatArray()).containsOnly(0);
            net.eval();
            assertThat(net.module().isTraining()).isFalse();
        }
    }

    /** {@return rows of two equal numbers} */
    private static Tensor rows(float... values) {
        return fathom.Tensors.tensor(values).reshape(-1, 1).expand(values.length, 2).contiguous();
    }

    @Test
    void wrongUsesAreRefused() {
        assertThatThrownBy(() -> new DataParallel(() -> net(0), List.of())).hasMessageContaining("different devices");
        assertThatThrownBy(() -> new DataParallel(() -> net(0), List.of(Device.CPU, Device.CPU)))
                .hasMessageContaining("different devices");
        try (var net = new DataParallel(() -> net(0), List.of(Device.CPU))) {
            assertThatThrownBy(() -> net.call(zeros(1, 4))).hasMessageContaining("train by backward(x, y, loss)");
            assertThatThrownBy(() -> net.backward(zeros(3, 5), zeros(3), LOSS)).isInstanceOf(RuntimeException.class);
        }
    }
}
