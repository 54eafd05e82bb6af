package fathom.vision.recipe;

import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import java.util.List;
import java.util.function.Supplier;

/** A classifier of images, {@code [N, C, H, W]} to logits {@code [N, classes]}, trained with cross-entropy. */
public abstract class ImageRecipe implements Recipe {
    private final RecipeCard card;
    private final HyperParameters hyperParameters;
    private final Supplier<? extends Layer> network;
    private final int numClasses;
    private final long[] inputShape;

    /**
     * A recipe for a network.
     *
     * @param network creates a newly initialised network
     * @param inputShape the shape of one image, {@code C, H, W}
     */
    protected ImageRecipe(
            RecipeCard card,
            HyperParameters hyperParameters,
            Supplier<? extends Layer> network,
            int numClasses,
            long... inputShape) {
        this.card = card;
        this.hyperParameters = hyperParameters;
        this.network = network;
        this.numClasses = numClasses;
        this.inputShape = inputShape.clone();
    }

    @Override
    public final RecipeCard card() {
        return card;
    }

    @Override
    public final HyperParameters hyperParameters() {
        return hyperParameters;
    }

    /** {@return a newly initialised network} */
    @Override
    public final Layer network() {
        return network.get();
    }

    /** {@return the shape of one image, {@code [C, H, W]}} */
    public final long[] inputShape() {
        return inputShape.clone();
    }

    @Override
    public Loss loss() {
        return new CrossEntropyLoss();
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metrics.accuracy());
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                network(),
                Tensors.randn(batchSize, inputShape[0], inputShape[1], inputShape[2]),
                Tensors.randint(0, numClasses, batchSize));
    }
}
