package fathom.vision.recipe;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Layer;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.RecipeException;
import fathom.vision.prediction.ClassifierDescription;
import fathom.vision.prediction.ImageExplanations;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An image classifier in an ONNX file, from {@code [N, 1 or 3, H, W]} to {@code [N, classes]}. Its metadata may name
 * the classes and say how images are normalised, as those that {@code fathom export} writes do; otherwise colour images
 * are normalised as those of ImageNet.
 */
public final class OnnxClassifier implements Explainable {
    /** The side of images where the model leaves it open. */
    private static final int SIDE = 224;

    private static final int RANK = 4;

    private final OnnxModel model;
    private final int channels;
    private final int height;
    private final int width;

    private OnnxClassifier(OnnxModel model, List<String> shape) {
        this.model = model;
        channels = size(shape.get(1), 3);
        height = size(shape.get(2), SIDE);
        width = size(shape.get(3), SIDE);
    }

    private static int size(String size, int otherwise) {
        return !size.isEmpty() && size.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(size) : otherwise;
    }

    /**
     * {@return the classifier of a file, on the current device}
     *
     * @throws RecipeException if the model does not take images
     * @throws IOException if the file cannot be read, or uses operators that are not supported
     */
    public static OnnxClassifier load(Path file) throws IOException {
        OnnxModel model = Onnx.load(file);
        List<String> shape = model.inputs().getFirst().shape();
        boolean takesImages = model.inputs().size() == 1 && shape != null && shape.size() == RANK;
        if (!takesImages || shape == null) {
            throw new RecipeException(
                    "%s is no classifier of images [N, C, H, W]: its inputs are %s".formatted(file, model.inputs()));
        }
        return new OnnxClassifier(model, shape);
    }

    /** {@return the model} */
    public OnnxModel model() {
        return model;
    }

    /** The inputs are image files, which are resized to the model's size. */
    @Override
    public List<String> explain(Layer net, ExplanationOptions options) throws IOException {
        if (options.inputs().isEmpty()) {
            throw new RecipeException("which images? Name files to explain");
        }
        var description = ClassifierDescription.of(model.metadata(), channels);
        List<String> classes = description.names(classes(net));
        var explanations = new ImageExplanations(classes, options, description::picture);
        Transform normalized = description.normalized();
        Transform resize = Transforms.resize(height, width);
        return explanations.of(
                net,
                ImagePredictions.ofFiles(
                        options.inputs(),
                        image ->
                                normalized.apply(
                                        channels == 1
                                                ? ImageInput.prepare(image, resize)
                                                : resize.apply(Transforms.rgb().apply(image)).div(255))));
    }

    /** {@return the number of classes, from one pass over an empty image} */
    private int classes(Layer net) {
        try (var _ = Autograd.noGrad()) {
            Device device = net.parameters().isEmpty() ? Device.CPU : net.parameters().getFirst().device();
            Tensor y = net.call(Tensors.zeros(1, channels, height, width).to(device));
            if (y.dim() != 2) {
                throw new RecipeException("the model is no classifier: its output has the shape " + y.shape());
            }
            return Math.toIntExact(y.size(1));
        }
    }
}
