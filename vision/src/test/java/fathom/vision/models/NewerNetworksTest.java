package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.optim.Adam;
import fathom.train.recipe.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Narrow EfficientNets, ConvNeXts, transformers and RegNets are trained, captured and saved. */
class NewerNetworksTest {
    private static final int STEPS = 10;

    /** With dropout and stochastic depth, so that random numbers are drawn in each step. */
    private static final Map<String, Supplier<Layer>> NARROW =
            new TreeMap<>(
                    Map.of(
                            "efficientnet",
                            () -> EfficientNet.efficientnet_b0(o -> o.classes(4).width(0.25).depth(0.5)),
                            "efficientnet-v2",
                            () -> EfficientNet.efficientnet_v2_s(o -> o.classes(4).width(0.25).depth(0.2)),
                            "convnext",
                            () ->
                                    ConvNeXt.convnext_tiny(o ->
                                            o.classes(4).layerScale(0.5).stages(new int[] {8, 16}, new int[] {1, 2})),
                            "vit",
                            () ->
                                    VisionTransformer.vit_tiny(o ->
                                            o.classes(4)
                                                    .layers(2)
                                                    .hidden(24)
                                                    .mlp(48)
                                                    .dropout(0.1)
                                                    .attentionDropout(0.1)),
                            "swin",
                            () ->
                                    SwinTransformer.swin_t(o ->
                                            o.classes(4)
                                                    .embedDim(8)
                                                    .window(3)
                                                    .dropout(0.1)
                                                    .attentionDropout(0.1)
                                                    .stages(new int[] {2, 2}, new int[] {2, 2})),
                            "regnet",
                            () -> RegNet.regnet_y_400mf(o -> o.classes(4).widths(4, 16, 8, 2))));

    @TempDir Path folder;

    static Iterable<String> names() {
        return NARROW.keySet();
    }

    private static Layer make(String name) {
        return Objects.requireNonNull(NARROW.get(name)).get();
    }

    private record Run(List<Double> losses, float[] state) {}

    private static Run run(String name, boolean captured) {
        Tensors.manualSeed(5);
        Layer net = make(name);
        var optimizer = new Adam(net.parameters(), 0.004);
        Tensor x = Tensors.randn(8, 3, 32, 32);
        Tensor y = Tensors.arange(8).remainder(4);
        BinaryOperator<Tensor> step =
                (in, target) -> {
                    Tensor loss = Tensors.crossEntropy(net.call(in), target);
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    return loss;
                };
        var plan = Captured.of(step);
        var losses = new ArrayList<Double>();
        for (int i = 0; i < STEPS; i++) {
            losses.add((captured ? plan.call(x, y) : step.apply(x, y)).item());
        }
        if (captured) {
            assertThat(plan.hasPlan(x, y)).as(String.valueOf(plan.eagerReason())).isTrue();
        }
        Tensor state = Tensors.cat(net.parameters().stream().map(p -> p.detach().flatten()).toList());
        return new Run(losses, state.toFloatArray());
    }

    @ParameterizedTest
    @MethodSource("names")
    void learnsAndACapturedStepDoesTheSame(String name) {
        Run eager = run(name, false);
        assertThat(eager.losses.getLast()).isLessThan(0.8 * eager.losses.getFirst());
        Run captured = run(name, true);
        assertThat(captured.losses).isEqualTo(eager.losses);
        assertThat(captured.state).isEqualTo(eager.state);
    }

    @ParameterizedTest
    @MethodSource("names")
    void isSavedAndLoaded(String name) throws IOException {
        Model.register("narrow-" + name, () -> make(name));
        Layer net = make(name);
        Models.withHead(net, 3);
        net.eval();
        Path file = folder.resolve(name + ".safetensors");
        Model.save(file, net);
        Layer back = Model.load(file);
        Tensor x = Tensors.randn(2, 3, 32, 32);
        try (var _ = Autograd.noGrad()) {
            Tensor y = net.call(x);
            assertThat(y.shape().dims()).containsExactly(2, 3);
            assertThat(back.call(x).equal(y)).isTrue();
        }
        assertThat(back.toString()).isEqualTo(net.toString());
    }

    /** Sides that patches and windows do not tile; a vision transformer refuses them and says why. */
    @ParameterizedTest
    @MethodSource("names")
    void imagesMayHaveAnySize(String name) {
        Layer net = make(name).eval();
        try (var _ = Autograd.noGrad()) {
            Tensor x = Tensors.randn(1, 3, 45, 70);
            if (name.equals("vit")) {
                assertThatThrownBy(() -> net.call(x))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("[1, 3, 45, 70]", "expected [N, C, 32, 32]", "option");
            } else {
                assertThat(net.call(x).shape().dims()).containsExactly(1, 4);
            }
        }
    }

    @Test
    void attentionOfAVisionTransformer() {
        var net = VisionTransformer.vit_tiny(o -> o.imageSize(12).channels(1).classes(4).layers(3).hidden(12).mlp(24));
        net.eval();
        Tensor x = Tensors.randn(2, 1, 12, 12);
        var attended = net.forwardWithAttention(x);
        assertThat(attended.logits().sub(net.call(x)).abs().max().item()).isLessThan(1e-5);
        assertThat(attended.weights()).hasSize(3);
        for (Tensor w : attended.weights()) {
            assertThat(w.shape().dims()).containsExactly(2, 3, 10, 10);
            assertThat(w.sum(-1).sub(1).abs().max().item()).isLessThan(1e-5);
            assertThat(w.min().item()).isNotNegative();
        }
    }

    @Test
    void patchesMustTileTheImage() {
        assertThatThrownBy(() -> VisionTransformer.vit_b_16(o -> o.imageSize(100)))
                .hasMessage("VisionTransformer: patches of 16 pixels do not tile images of 100");
        assertThatThrownBy(() -> ConvNeXt.convnext_tiny(o -> o.stages(new int[] {4}, new int[] {1, 1})))
                .hasMessageContaining("[4] and [1, 1]");
    }

    /** Transformers with other numbers of heads have the same parameters, yet are different networks. */
    @Test
    void printingShowsTheHeads() {
        for (int heads : new int[] {2, 4}) {
            String text = VisionTransformer.vit_tiny(o -> o.layers(1).hidden(8).mlp(8).heads(heads)).toString();
            assertThat(text).contains(String.format(Locale.ROOT, "heads=%d", heads));
        }
    }
}
