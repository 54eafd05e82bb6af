package fathom.vision.explain;

import fathom.Autograd;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Layer;
import fathom.options.InterpolateOptions.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gradient-weighted class activation mapping: the channels of an inner layer, each weighted with the mean gradient of
 * the class score with respect to it, are summed, and the positive part is enlarged to the size of the image. The
 * values have one channel and are not negative.
 *
 * @see <a href="https://arxiv.org/abs/1610.02391">Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra (2016),
 *     Grad-CAM</a>
 */
public final class GradCam implements Explainer {
    private static final int[] POSITIONS = {2, 3};

    private final Options options = new Options();

    /** Of the last convolutional layer. */
    public GradCam() {
        this(o -> {});
    }

    /** With options. */
    public GradCam(Consumer<Options> options) {
        options.accept(this.options);
    }

    /** Options of Grad-CAM. */
    public static final class Options {
        private @Nullable String layer;

        private Options() {}

        /**
         * The path of the layer, such as {@code layer4} or {@code 3}: any whose output is [N, C, h, w]. If it runs
         * several times, its last output is used. Of an ONNX model, the name of a value. Unless set, it is the
         * {@linkplain #lastConvolution last convolutional layer}.
         */
        public Options layer(String path) {
            this.layer = Objects.requireNonNull(path);
            return this;
        }
    }

    /**
     * {@return the path of the layer that is used unless the options name one: the last convolution to run whose output
     * has more than one position, or the largest block around it whose output has the same height and width, as the
     * last stage of a residual network}
     *
     * @param image one image, or a batch, [N, C, H, W]
     * @throws IllegalArgumentException if the network has no such convolution
     */
    public static String lastConvolution(Layer net, Tensor image) {
        return FeatureMaps.lastConvolution(net, image);
    }

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        try (var f = new ClassScores("GradCam", net, images, classes)) {
            String path =
                    options.layer != null
                            ? options.layer
                            : FeatureMaps.lastConvolution(net, f.images().narrow(0, 0, 1));
            return f.attribution(f.inBatches((x, labels) -> map(f, net, path, x, labels)));
        }
    }

    private static Tensor map(ClassScores f, Layer net, String path, Tensor x, Tensor labels) {
        List<Tensor> outputs = new ArrayList<>();
        // the graph begins at the layer's output; the copy leaves it unchanged by an activation in place
        Runnable remove =
                FeatureMaps.hook(
                        net,
                        path,
                        out -> {
                            Tensor leaf = out.detach().requiresGrad_();
                            outputs.add(leaf);
                            return leaf.clone();
                        });
        try (var _ = Autograd.enableGrad()) {
            Tensor score = f.of(x, labels);
            if (outputs.isEmpty()) {
                throw new IllegalArgumentException(
                        (net instanceof OnnxModel
                                        ? "GradCam: the ONNX model computes no value %s"
                                        : "GradCam: the layer %s did not run; a layer of your own is seen if it is called by call, not by forward")
                                .formatted(path));
            }
            Tensor features = outputs.getLast();
            if (features.dim() != 4) {
                throw new IllegalArgumentException(
                        "GradCam: expected a layer with output [N, C, h, w], got %s from %s"
                                .formatted(features.shape(), path));
            }
            Tensor gradient = Autograd.grad(score.sum(), List.of(features)).getFirst();
            Tensor weights = gradient.mean(POSITIONS, KeepDim.KEEP_DIM);
            Tensor map = weights.mul(features.detach()).sum(1, KeepDim.KEEP_DIM).relu();
            return Tensors.interpolate(map, o -> o.size(x.size(2), x.size(3)).mode(Mode.BILINEAR));
        } finally {
            remove.run();
        }
    }
}
