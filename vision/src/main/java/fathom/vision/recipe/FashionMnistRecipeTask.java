package fathom.vision.recipe;

import fathom.data.DataLoader;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.transforms.Transform;
import org.jspecify.annotations.Nullable;

/** A recipe's task with the images of Fashion-MNIST that its options name. */
public abstract class FashionMnistRecipeTask implements RecipeTask {
    private final FashionMnistData images;
    private final int tested;

    /**
     * A task.
     *
     * @param transform the change of each image; null for none
     * @param tested the largest number of test images
     * @throws fathom.train.recipe.RecipeException if the option {@code data} names a folder that does not exist
     */
    protected FashionMnistRecipeTask(TaskOptions options, @Nullable Transform transform, int tested) {
        images = new FashionMnistData(options, transform);
        this.tested = tested;
    }

    /** {@return the images} */
    protected final FashionMnistData images() {
        return images;
    }

    @Override
    public final DataLoader train() {
        return images.train();
    }

    @Override
    public final DataLoader test() {
        return images.test(tested);
    }

    @Override
    public final String data() {
        return images.describe();
    }

    @Override
    public final long wholeSize() {
        return images.wholeSize();
    }
}
