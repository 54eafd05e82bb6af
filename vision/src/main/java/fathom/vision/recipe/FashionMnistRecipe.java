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
 * A classifier that is trained on Fashion-MNIST, of grey images of 28 x 28 or of these enlarged. A network of one's own
 * needs no more than this to be trained by {@code fathom train mine}:
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
     * Of a network.
     *
     * @param name the name, as {@code fathom train} takes it
     * @param description the network in one line
     * @param section the section of the course; empty if there is none
     * @param network makes one with fresh weights, from {@code [N, 1, side, side]} to {@code [N, 10]}
     * @param side the side of the images that the network takes; they are enlarged unless it is 28
     */
    protected FashionMnistRecipe(
            String name,
            String description,
            String section,
            HyperParameters hyperParameters,
            Supplier<? extends Layer> network,
            int side) {
        super(
                RecipeCard.of(
                                name,
                                side == SIDE
                                        ? description
                                        : String.format(Locale.ROOT, "%s, %d x %d", description, side, side))
                        .withSection(section)
                        .withData(
                                "Fashion-MNIST",
                                "a folder with the four IDX files of Fashion-MNIST, or \"sample\" for the 7,000 images"
                                        + " that come with Fathom. Default: the cache folder, then"
                                        + " /usr/share/datasets/fashion-mnist, then a download."),
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
