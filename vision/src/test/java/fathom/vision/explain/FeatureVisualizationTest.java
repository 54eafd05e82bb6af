package fathom.vision.explain;

import static fathom.Tensors.manualSeed;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import org.junit.jupiter.api.Test;

/** Images that activate a unit most. */
class FeatureVisualizationTest {
    /** {@return a network whose channels 0 and 1 respond to vertical and horizontal stripes of 2 pixels} */
    private static Sequential network() {
        manualSeed(0);
        var conv = new Conv2d(1, 2, 4, c -> c.bias(false));
        var head = new Linear(2, 2, l -> l.bias(false));
        try (var _ = Autograd.noGrad()) {
            Tensor stripes = Tensors.tensor(new float[] {1, 1, -1, -1}).expand(4, 4);
            conv.weight.select(0, 0).select(0, 0).copy_(stripes);
            conv.weight.select(0, 1).select(0, 0).copy_(stripes.t());
            head.weight.copy_(Tensors.eye(2));
        }
        return new Sequential(conv, new ReLU(), new AdaptiveAvgPool2d(1, 1), new Flatten(), head);
    }

    private static double differences(Tensor image, int dim) {
        Tensor there = image.narrow(dim, 1, image.size(dim) - 1);
        return there.sub(image.narrow(dim, 0, image.size(dim) - 1)).abs().mean().item();
    }

    @Test
    void anImageBecomesThePatternThatAChannelRespondsTo() {
        Sequential net = network();
        var visualization = new FeatureVisualization(1, 16, 16, o -> o.steps(60).totalVariation(0.01).jitter(1));
        Tensor found = visualization.ofChannels(net, "1", 0, 1);
        assertThat(found).hasShape(2, 1, 16, 16);
        assertThat(found.min().item()).isGreaterThanOrEqualTo(0);
        assertThat(found.max().item()).isLessThanOrEqualTo(1);
        // vertical stripes differ from left to right, horizontal ones from top to bottom
        assertThat(differences(found.select(0, 0), 2)).isGreaterThan(3 * differences(found.select(0, 0), 1));
        assertThat(differences(found.select(0, 1), 1)).isGreaterThan(3 * differences(found.select(0, 1), 2));
        Tensor responses = net.get(1).forward(net.get(0).forward(found)).mean(new int[] {2, 3});
        Tensor noise = net.get(1).forward(net.get(0).forward(Tensors.rand(2, 1, 16, 16))).mean(new int[] {2, 3});
        assertThat(responses.get(0, 0).item()).isGreaterThan(3 * noise.get(0, 0).item());
        assertThat(net.isTraining()).isTrue();
        assertThat(net.parameters()).allMatch(p -> p.grad() == null);
        assertThat(visualization.ofChannels(net, "1", 0, 1)).isEqualToTensor(found);
    }

    @Test
    void totalVariationSmoothsAndAClassIsPreferred() {
        Layer net = network();
        Tensor sharp = new FeatureVisualization(1, 16, 16, o -> o.totalVariation(0).steps(40)).ofClasses(net, 0, 1);
        Tensor smooth = new FeatureVisualization(1, 16, 16, o -> o.totalVariation(3).steps(40)).ofClasses(net, 0, 1);
        assertThat(differences(smooth, 3)).isLessThan(0.5 * differences(sharp, 3));
        Tensor scores = net.call(sharp);
        assertThat(scores.argmax(1)).hasValues(0, 1);
    }

    @Test
    void wrongOptionsAreRefused() {
        Sequential net = network();
        assertThatThrownBy(() -> new FeatureVisualization(1, 1, 8)).hasMessageContaining("got 1 x 1 x 8");
        var one = new FeatureVisualization(1, 8, 8, o -> o.steps(1));
        assertThatThrownBy(() -> one.ofChannels(net, "1", 2))
                .hasMessageContaining("there is no unit 2; there are 0 to 1");
        assertThatThrownBy(() -> one.ofChannels(net, "x", 0)).hasMessageContaining("no block x");
        assertThatThrownBy(() -> one.ofClasses(net)).hasMessageContaining("number of units: expected at least 1");
    }
}
