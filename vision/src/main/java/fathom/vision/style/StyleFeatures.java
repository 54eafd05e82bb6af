package fathom.vision.style;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.nn.Sequential;
import fathom.vision.models.VGG;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The network whose features style transfer compares: a stack of layers, and which of their outputs stand for content
 * and for style. Its parameters are not trained any more.
 */
public final class StyleFeatures {
    private final Sequential layers;
    private final List<Integer> content;
    private final List<Integer> style;
    private final Weights weights;

    /**
     * The weights of the losses, which depend on the scale of the features.
     *
     * @param content of the content loss
     * @param style of the style loss of each layer
     * @param totalVariation of the total variation
     */
    public record Weights(double content, double style, double totalVariation) {
        /** The course's, for VGG-19: it counts the style losses, of weight 1,000, ten times. */
        public static final Weights VGG19 = new Weights(1, 1e4, 10);
    }

    /**
     * Outputs of some layers of a stack.
     *
     * @param layers from images {@code [1, 3, H, W]}, normalised by ImageNet's mean and standard deviation
     * @param content indices of the layers whose outputs stand for the content
     * @param style indices of the layers whose outputs stand for the style
     * @param weights the default weights of the losses of these features
     * @throws IllegalArgumentException if there is none, or an index is out of range
     */
    public StyleFeatures(Sequential layers, List<Integer> content, List<Integer> style, Weights weights) {
        var all = new TreeSet<>(content);
        all.addAll(style);
        if (content.isEmpty() || style.isEmpty() || all.getFirst() < 0 || all.getLast() >= layers.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "StyleFeatures: expected layers 0 to %d for content and for style, got %s and %s",
                            layers.size() - 1,
                            content,
                            style));
        }
        this.layers = layers.slice(0, all.getLast() + 1);
        this.layers.eval();
        this.layers.requiresGrad_(false);
        this.content = List.copyOf(content);
        this.style = List.copyOf(style);
        this.weights = weights;
    }

    /**
     * {@return the course's layers of VGG-19: 25 for content; 0, 5, 10, 19 and 28 for style}
     *
     * @param weights torchvision's {@code vgg19-dcbb9e9d.pth}, or its tensors as safetensors
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is that of another network
     */
    public static StyleFeatures vgg19(Path weights) throws IOException {
        StateDict state = StateDict.load(weights);
        // the classifier, most of the parameters, is not needed
        VGG net = Init.skip(() -> VGG.vgg19(o -> o.hidden(1).classes(1)));
        net.features.loadStateDict(state, o -> o.filter(name -> name.startsWith("features.")).stripPrefix("features."));
        return new StyleFeatures(net.features, List.of(25), List.of(0, 5, 10, 19, 28), Weights.VGG19);
    }

    /**
     * {@return layers of a small network, which is trained to tell generated textures apart: for style transfer without
     * weights} Training takes about a minute; the network is the same at every call.
     */
    public static StyleFeatures small() {
        return SmallNetwork.train().features();
    }

    /** Features of an image: those that stand for its content, and those that stand for its style. */
    public record Maps(List<Tensor> content, List<Tensor> style) {}

    /**
     * {@return the features of an image}
     *
     * @param image {@code [1, 3, H, W]}
     */
    public Maps of(Tensor image) {
        var contents = new ArrayList<Tensor>();
        var styles = new ArrayList<Tensor>();
        Tensor y = image;
        int i = 0;
        for (var layer : layers) {
            y = layer.call(y);
            if (content.contains(i)) {
                contents.add(y);
            }
            if (style.contains(i)) {
                styles.add(y);
            }
            i++;
        }
        return new Maps(contents, styles);
    }

    /** {@return the default weights of the losses} */
    public Weights weights() {
        return weights;
    }

    /** {@return the layers} */
    public Sequential layers() {
        return layers;
    }
}
