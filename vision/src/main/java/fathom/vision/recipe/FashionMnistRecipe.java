package fathom.vision.recipe;

import fathom.nn.Layer;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.FashionMnist;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The recipe of a classifier of Fashion-MNIST's greyscale images, of 28 x 28 pixels or enlarged. A network of your own
 * needs only this to be trained by {@code fathom train mine}:
 *
 * {@snippet :
 * public final class MyRecipe extends FashionMnistRecipe {
 *     public MyRecipe() {
 *         super("mine", "a network of mine", "", HyperParameters.of("adam", 1e-3), MyNet::new, 28);
 *     }
 * }
 * }
 */
public abstract class FashionMnistRecipe extends ImageRecipe {
    private static final long SIDE = 28;

    /**
     * A recipe for a network.
     *
     * @param name the name for {@code fathom train}
     * @param description the network in one line
     * @param section the section of the course; empty if there is none
     * @param network creates a newly initialised network, from {@code [N, 1, side, side]} to {@code [N, 10]}
     * @param side the image size that the network expects; images are enlarged unless it is 28
     */
    protected FashionMnistRecipe(
            String name,
            String description,
            String section,
            HyperParameters hyperParameters,
            Supplier<? extends Layer> network,
            int side) {
        super(
                FashionMnistData.describe(
                        RecipeCard.of(
                                        name,
                                        side == SIDE
                                                ? description
                                                : String.format(Locale.ROOT, "%s, %d x %d", description, side, side))
                                .withSection(section)),
                hyperParameters,
                network,
                FashionMnist.classNames().size(),
                1,
                side,
                side);
    }

    @Override
    public List<String> classes() {
        return FashionMnist.classNames();
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new FashionMnistTask(this, options);
    }
}
