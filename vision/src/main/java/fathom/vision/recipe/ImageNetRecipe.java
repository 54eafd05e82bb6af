package fathom.vision.recipe;

import fathom.nn.Layer;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.function.Supplier;

/** The recipe of torchvision's classifiers of ImageNet's 1000 classes: for summaries and profiles, not for training. */
public final class ImageNetRecipe extends ImageRecipe {
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
}
