package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Device;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.IdentityLayer;
import fathom.nn.Layer;
import fathom.nn.Linear;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replacement of the last layer of every classifier. */
class HeadsTest {
    static Iterable<String> names() {
        return Models.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void onlyTheHeadIsReplaced(String name) {
        long[] image = Models.inputShape(name);
        try (var meta = Device.META.open()) { // which takes no memory
            Layer net = Models.create(name);
            var before = new ArrayList<>(net.parameters());
            List<String> names = List.copyOf(net.namedParameters().keySet());
            assertThat(Models.withHead(net, 3)).isSameAs(net);
            assertThat(net.call(Tensors.empty(2, image[0], image[1], image[2])).shape()).isEqualTo(Shape.of(2, 3));
            assertThat(List.copyOf(net.namedParameters().keySet())).isEqualTo(names);
            var now = new ArrayList<Tensor>(net.parameters());
            now.removeAll(before);
            int heads = net instanceof GoogLeNet ? 3 : net instanceof Inception3 ? 2 : 1;
            assertThat(now).hasSize(2 * heads).allMatch(p -> p.size(0) == 3);
        }
    }

    @Test
    void theHeadKeepsTypeDeviceAndMode() {
        var net = SqueezeNet.squeezenet1_1();
        net.to(DType.FLOAT64).eval();
        Layer head = net.withHead(4).classifier.get(1);
        assertThat(head.isTraining()).isFalse();
        assertThat(head.parameters()).allMatch(p -> p.dtype() == DType.FLOAT64 && p.requiresGrad());
    }

    @Test
    void headsWithoutALinearLayerAreRefused() {
        ResNet net = ResNet.resnet18(o -> o.width(2));
        net.fc = new IdentityLayer();
        assertThatThrownBy(() -> net.withHead(3)).hasMessageContaining("ResNet has no linear layer in fc to replace");
        net.fc = new Linear(16, 5, o -> o.bias(false));
        assertThat(net.withHead(3).fc.toString()).isEqualTo("Linear(in_features=16, out_features=3, bias=False)");
        assertThatThrownBy(() -> net.withHead(0)).hasMessageContaining("at least one class, got 0");
    }
}
