package fathom.vision.style;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AvgPool2d;
import fathom.vision.datasets.Textures;
import fathom.vision.models.VGG;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyleTransferTest {
    @TempDir Path folder;

    @BeforeEach
    void seed() {
        Tensors.manualSeed(7);
    }

    @Test
    void lossesAreTheCourses() {
        Tensor x = Tensors.tensor(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, DType.FLOAT64).reshape(1, 2, 2, 2);
        // [[1 2 3 4] [5 6 7 8]] times its transpose, over 2 channels x 4 pixels
        assertThat(StyleLoss.gram(x).flatten().toDoubleArray())
                .containsExactly(30 / 8.0, 70 / 8.0, 70 / 8.0, 174 / 8.0);
        assertThat(StyleLoss.content(x, x.add(3)).item()).isEqualTo(9);
        assertThat(StyleLoss.style(x, StyleLoss.gram(x)).item()).isZero();
        assertThat(StyleLoss.style(x, Tensors.zeros(DType.FLOAT64, 2, 2)).item())
                .isEqualTo((30 * 30 + 2 * 70 * 70 + 174 * 174) / 256.0, within(1e-9));
        assertThat(StyleLoss.totalVariation(x).item()).isEqualTo(0.5 * (2 + 1));
        assertThatThrownBy(() -> StyleLoss.gram(Tensors.zeros(2, 3, 4, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3, 4, 4]");
    }

    private static Sequential layers() {
        return new Sequential(
                new Conv2d(3, 8, 3, c -> c.padding(1)),
                new ReLU(),
                new AvgPool2d(2),
                new Conv2d(8, 8, 3, c -> c.padding(1)),
                new ReLU());
    }

    private static Tensor image(int kind, int side) {
        var textures = Textures.of(64, side, 3);
        for (int i = 0; ; i++) {
            if (textures.get(i).y().itemLong() == kind) {
                return textures.get(i).x();
            }
        }
    }

    @Test
    void stepsReduceTheLossesAndKeepTheNetwork() {
        var net = layers();
        Tensor before = net.get(0).parameters().getFirst().clone();
        var progress = new ArrayList<StyleTransfer.Progress>();
        var transfer =
                new StyleTransfer(
                        new StyleFeatures(net, List.of(3), List.of(0, 3), StyleFeatures.Weights.VGG19),
                        o -> o.steps(40).lr(0.05).tvWeight(0.1).report(1, progress::add));
        Tensor content = image(1, 32);
        Tensor result = transfer.apply(content, image(4, 48));
        assertThat(result.shape()).isEqualTo(content.shape());
        assertThat(result.dtype()).isEqualTo(DType.UINT8);
        assertThat(result.equal(content)).isFalse();
        assertThat(progress).hasSize(40);
        assertThat(progress.getLast().style()).isLessThan(progress.getFirst().style() / 2);
        assertThat(net.get(0).parameters().getFirst().equal(before)).isTrue();
    }

    @Test
    void withoutStyleTheContentStays() {
        Tensor content = image(2, 32);
        var features = new StyleFeatures(layers(), List.of(3), List.of(0), StyleFeatures.Weights.VGG19);
        Tensor result =
                new StyleTransfer(features, o -> o.steps(5).styleWeight(0).tvWeight(0)).apply(content, image(4, 32));
        assertThat(result.equal(content)).isTrue();
    }

    @Test
    void torchvisionsWeightsOfVgg19Load() throws IOException {
        Path file = folder.resolve("vgg19.safetensors");
        var state = new StateDict();
        VGG net = Init.skip(() -> VGG.vgg19(o -> o.hidden(1).classes(1)));
        try (var off = Autograd.noGrad()) {
            net.features.block("28", Conv2d.class).weight.fill_(0.25);
        }
        net.features.stateDict().entries().forEach((name, t) -> state.put("features." + name, t));
        state.put("classifier.0.weight", Tensors.zeros(4, 4)); // not looked at
        state.save(file);
        StyleFeatures features = StyleFeatures.vgg19(file);
        assertThat(features.layers().size()).isEqualTo(29);
        assertThat(features.layers().block("28", Conv2d.class).weight.eq(0.25).all().itemBoolean()).isTrue();
        StyleFeatures.Maps maps = features.of(Tensors.zeros(1, 3, 32, 48));
        assertThat(maps.style().stream().map(t -> t.shape().toString()))
                .containsExactly(
                        "[1, 64, 32, 48]", "[1, 128, 16, 24]", "[1, 256, 8, 12]", "[1, 512, 4, 6]", "[1, 512, 2, 3]");
        assertThat(maps.content()).singleElement().satisfies(t -> assertThat(t.size(1)).isEqualTo(512));

        var other = new StateDict();
        other.put("conv1.weight", Tensors.zeros(2));
        other.save(file);
        assertThatThrownBy(() -> StyleFeatures.vgg19(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.weight");
    }

    /** The network that replaces VGG-19 has learned something, and its features are balanced. */
    @Test
    void theSmallNetworkLearnsTextures() {
        SmallNetwork.Trained trained = SmallNetwork.train();
        assertThat(trained.accuracy()).isGreaterThan(0.75);
        Tensor x = Tensors.randn(1, 3, 48, 48);
        try (var off = Autograd.noGrad()) {
            for (Tensor map : trained.features().of(x).style()) {
                assertThat(map.square().mean().item()).isBetween(1e-3, 100.0);
            }
        }
    }
}
