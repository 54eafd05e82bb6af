package fathom.nn;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.ReLU;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    /** A layer of a user, which holds others. */
    private static final class Twice extends Layer {
        private final Linear linear = new Linear(3, 3);
        private final Block unused = new ModuleList<>(new ReLU());

        @Override
        public Tensor forward(Tensor x) {
            return linear.forward(linear.forward(x));
        }
    }

    private final Twice twice = new Twice();
    private final Sequential net =
            new Sequential(new Linear(2, 3), new ReLU(), new Sequential(twice, new ReLU()), new Linear(3, 4));
    private final Tensor x = Tensors.rand(5, 2);

    private Tensor first() {
        return net.get(1).call(net.get(0).call(x));
    }

    @Test
    void areTheOutputsInTheOrderOfTheNames() {
        Map<String, Tensor> found = Features.of(net, "2.0", "0", "2").outputs(x);
        assertThat(found.keySet()).containsExactly("2.0", "0", "2");
        assertThat(found.get("0")).isEqualToTensor(net.get(0).call(x));
        assertThat(found.get("2.0")).isEqualToTensor(twice.call(first()));
        assertThat(found.get("2")).isEqualToTensor(twice.call(first()).relu());
        assertThat(Features.of(net, "").output(x)).isEqualToTensor(net.call(x));
    }

    @Test
    void aLayerThatRunsTwiceCountsTheFirstTime() {
        assertThat(Features.of(net, "2.0.linear").output(x)).isEqualToTensor(twice.linear.call(first()));
    }

    @Test
    void haveGradients() {
        Tensor input = x.clone().requiresGrad_();
        Features.of(net, "2").output(input).sum().backward();
        Tensor expected = input.grad();
        Tensor again = x.clone().requiresGrad_();
        net.slice(0, 3).call(again).sum().backward();
        assertThat(expected).isEqualToTensor(again.grad());
        assertThat(((Linear) net.get(3)).weight.grad()).isNull();
    }

    @Test
    void whatFollowsDoesNotRunAndHooksAreRemoved() {
        var ran = new ArrayList<String>();
        net.get(3)
                .registerForwardHook((layer, in, out) -> {
                    ran.add("last");
                    return out;
                });
        try (var _ = Autograd.noGrad()) {
            Features.of(net, "1", "2.0").outputs(x);
            assertThat(ran).isEmpty();
            assertThatThrownBy(() -> Features.of(net, "2").output(Tensors.rand(5, 7))).hasMessageContaining("7");
        }
        assertThat(net.get(1).isHooked()).isFalse();
        assertThat(net.get(2).isHooked()).isFalse();
        net.call(x);
        assertThat(ran).hasSize(1);
    }

    @Test
    void capturedStepsReplayThem() {
        var features = Features.of(net, "1", "2");
        var step =
                Captured.of((Tensor t) -> {
                    Map<String, Tensor> maps = features.outputs(t);
                    return maps.get("1").sum().add(maps.get("2").sum());
                });
        try (var _ = Autograd.noGrad()) {
            for (int i = 0; i < 4; i++) {
                Tensor input = Tensors.rand(5, 2);
                Tensor expected = net.slice(0, 2).call(input).sum().add(net.slice(0, 3).call(input).sum());
                assertThat(step.call(input).item()).isEqualTo(expected.item());
            }
        }
    }

    @Test
    void namesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> Features.of(net)).hasMessageContaining("name the layers, such as [0, 1, 2, 3]");
        assertThatThrownBy(() -> Features.of(net, "2.5")).hasMessageContaining("has no block 2.5");
        assertThatThrownBy(() -> Features.of(net, "2.0.unused")).hasMessageContaining("not a Layer");
        assertThatThrownBy(() -> Features.of(net, "2.0.unused.0").output(x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2.0.unused.0 did not run");
        assertThatThrownBy(() -> Features.of(net, "0", "1").output(x)).hasMessageContaining("several layers, [0, 1]");
    }
}
