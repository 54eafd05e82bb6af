package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.vision.Formula;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that torchvision's networks were saved with. */
class PretrainedTest {
    @TempDir Path folder;

    private StateDict saved() throws IOException {
        return saved("resnet18-width2.pth");
    }

    private StateDict saved(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = PretrainedTest.class.getResourceAsStream("/golden/" + name)) {
            Files.write(file, Objects.requireNonNull(in).readAllBytes());
        }
        return StateDict.load(file);
    }

    @Test
    void torchvisionsResidualNetworkLoadsAsItIs() throws IOException {
        ResNet net = ResNet.resnet18(o -> o.width(2).classes(10));
        loads(net, saved());
        Path safetensors = folder.resolve("resnet18.safetensors");
        saved().save(safetensors);
        net.loadStateDict(StateDict.load(safetensors));
    }

    private static void loads(Layer net, StateDict saved) {
        net.loadStateDict(saved);
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    if (t.dtype().isFloating()) {
                        Tensor expected = Formula.weights(name, t.shape().dims()).to(DType.FLOAT32);
                        assertThat(t.equal(expected)).as(name).isTrue();
                    }
                });
    }

    @Test
    void torchvisionsTransformersLoadAsTheyAre() throws IOException {
        loads(
                VisionTransformer.vit_b_16(
                        o -> o.imageSize(8).patchSize(4).layers(1).heads(2).hidden(8).mlp(8).classes(3)),
                saved("vit-narrow.pth"));
        loads(
                SwinTransformer.swin_t(
                        o -> o.embedDim(4).window(2).classes(3).stages(new int[] {1, 1}, new int[] {1, 2})),
                saved("swin-narrow.pth"));
    }

    @Test
    void anotherNetworkSaysWhatDoesNotFit() throws IOException {
        StateDict saved = saved();
        assertThatThrownBy(() -> ResNet.resnet34(o -> o.width(2).classes(10)).loadStateDict(saved))
                .hasMessageContainingAll("does not fit ResNet", "missing", "layer1.2.conv1.weight");
        assertThatThrownBy(() -> ResNet.resnet18(o -> o.width(2)).loadStateDict(saved))
                .hasMessageContaining("fc.weight: is [10, 16] in the state, [1000, 16] in the model");
    }

    @Test
    void namesAreTorchvisions() {
        assertThat(ResNet.resnet50(o -> o.width(2)).stateDict().names())
                .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean")
                .contains(
                        "layer1.0.conv3.weight",
                        "layer1.0.bn3.num_batches_tracked",
                        "layer1.0.downsample.0.weight",
                        "layer1.0.downsample.1.running_var",
                        "layer3.5.bn1.running_mean",
                        "fc.bias")
                .hasSize(320);
    }

    /** torchvision's published files of DenseNet write norm.1 for norm1, and no numbers of batches. */
    @Test
    void densenetsPublishedNamesAreRead() {
        DenseNet net = DenseNet.densenet121();
        StateDict old =
                net.stateDict()
                        .filter(n -> !n.endsWith("num_batches_tracked"))
                        .rename(n -> n.replaceFirst("(denselayer\\d+\\.(?:norm|conv))([12])", "$1.$2"));
        assertThat(old.names()).contains("features.denseblock1.denselayer2.norm.1.weight");
        DenseNet loaded = DenseNet.densenet121();
        loaded.loadStateDict(old);
        loaded.stateDict()
                .entries()
                .forEach((name, t) -> assertThat(t.equal(net.stateDict().get(name))).as(name).isTrue());
    }
}
