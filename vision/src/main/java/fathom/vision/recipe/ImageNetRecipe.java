package fathom.vision.recipe;

import fathom.nn.Layer;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.prediction.ImageExplanations;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The recipe of torchvision's classifiers of ImageNet's 1000 classes: for summaries and profiles, not for training. */
public final class ImageNetRecipe extends ImageRecipe implements Explainable {
    private static final int CLASSES = 1000;
    private static final int BATCH_SIZE = 16;

    /**
     * A recipe for a network from {@code [N, 3, side, side]} to {@code [N, 1000]}.
     *
     * @param network creates a newly initialised network
     * @param side the side of the images that it was made for, in pixels
     */
    public ImageNetRecipe(String name, String description, Supplier<? extends Layer> network, int side) {
        super(
                RecipeCard.of(name, description),
                HyperParameters.of("sgd", 0.01).withBatchSize(BATCH_SIZE),
                network,
                CLASSES,
                3,
                side,
                side);
    }

    @Override
    public boolean isTrainable() {
        return false;
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        throw new RecipeException(
                "%1$s is torchvision's network for ImageNet, which cannot be loaded here. On images of yours: train image-folder --data FOLDER --model %1$s; in Java: Models.create(\"%1$s\")"
                        .formatted(name()));
    }

    /** The inputs are image files, preprocessed as for ImageNet; the classes are named by their numbers. */
    @Override
    public List<String> explain(Layer net, ExplanationOptions options) throws IOException {
        if (options.inputs().isEmpty()) {
            throw new RecipeException("which images? Name files to explain");
        }
        List<String> classes =
                IntStream.range(0, CLASSES).mapToObj(k -> String.format(Locale.ROOT, "class %d", k)).toList();
        var explanations = new ImageExplanations(classes, options, Transforms.denormalizeImagenet()::apply);
        int side = (int) inputShape()[1];
        Transform preprocessing =
                Transforms.compose(
                        Transforms.rgb(),
                        Transforms.resize(side * 256 / 224),
                        Transforms.centerCrop(side),
                        Transforms.normalizeImagenet());
        return explanations.of(net, ImagePredictions.ofFiles(options.inputs(), preprocessing::apply));
    }
}
