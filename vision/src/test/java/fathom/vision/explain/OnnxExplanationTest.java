package fathom.vision.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The explanations of an exported network are those of the network. */
class OnnxExplanationTest {
    @TempDir Path folder;

    private final Layer net =
            new Sequential(
                    new Conv2d(3, 4, 3),
                    new BatchNorm2d(4),
                    new ReLU(),
                    new Conv2d(4, 6, 3),
                    new ReLU(),
                    new AdaptiveAvgPool2d(1),
                    new Flatten(),
                    new Linear(6, 5));
    private final Tensor images = Tensors.rand(2, 3, 12, 10);
    private OnnxModel model;

    @BeforeEach
    void export() throws IOException {
        Path file = folder.resolve("net.onnx");
        Onnx.export(net, images, file);
        model = Onnx.load(file);
        net.eval();
    }

    private void same(Explainer network, Explainer exported) {
        Attribution expected = network.explain(net, images, 2);
        Attribution actual = exported.explain(model, images, 2);
        double scale = expected.values().abs().max().item();
        assertThat(scale).isPositive();
        assertThat(actual.values().sub(expected.values()).abs().max().item()).isLessThan(1e-4 * scale);
    }

    @Test
    void methodsThatNeedGradientsOrScoresAlone() {
        same(new Saliency(), new Saliency());
        same(new IntegratedGradients(), new IntegratedGradients());
        same(new Occlusion(), new Occlusion());
    }

    /** The last value of the last convolution's size is that of the activation behind it. */
    @Test
    void gradCam() {
        same(new GradCam(o -> o.layer("4")), new GradCam());
        var convolutions = new ArrayList<String>();
        Runnable remove =
                model.registerValueHook((operator, name, t) -> {
                    if (operator.equals("Conv")) {
                        convolutions.add(name);
                    }
                    return t;
                });
        model.forward(images);
        remove.run();
        assertThat(convolutions).hasSize(2);
        same(new GradCam(o -> o.layer("0")), new GradCam(o -> o.layer(convolutions.getFirst())));
        assertThat(GradCam.lastConvolution(model, images)).startsWith("Relu");
        assertThatThrownBy(() -> new GradCam(o -> o.layer("layer4")).explain(model, images, 2))
                .hasMessageContaining("computes no value layer4");
    }

    @Test
    void aHookReplacesAValue() {
        Tensor before = model.forward(images);
        Runnable remove = model.registerValueHook((operator, name, t) -> operator.equals("Relu") ? t.mul(0) : t);
        Tensor without = model.forward(images);
        remove.run();
        assertThat(Tensors.allclose(without.select(0, 0), without.select(0, 1))).isTrue();
        assertThat(Tensors.allclose(before.select(0, 0), before.select(0, 1))).isFalse();
        assertThat(Tensors.allclose(model.forward(images), before)).isTrue();
    }
}
