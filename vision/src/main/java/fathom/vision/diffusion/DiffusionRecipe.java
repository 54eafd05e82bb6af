package fathom.vision.diffusion;

import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.FashionMnist;
import fathom.vision.recipe.FashionMnistData;
import java.util.List;

/**
 * A small denoising diffusion model of Fashion-MNIST's images and their classes: classes are recognisable after some
 * 600 updates.
 *
 * <p>The network maps a batch of images to the errors of the noise that it predicts, so the target is zero.
 */
public final class DiffusionRecipe implements Recipe {
    static final String WIDTH = "width";
    static final int DEFAULT_WIDTH = 16;

    private static final int SIDE = 28;
    private static final int STEPS = 1000;
    private static final int BATCH_SIZE = 64;
    private static final int EPOCHS = 5;
    private static final double RATE = 1e-3;

    /** For {@code fathom train diffusion}. */
    public DiffusionRecipe() {}

    @Override
    public RecipeCard card() {
        return FashionMnistData.describe(
                RecipeCard.of("diffusion", "a diffusion model of Fashion-MNIST: U-Net with attention, DDPM"));
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(
                                WIDTH,
                                "N",
                                "Channels at the highest resolution, a multiple of 8: more make better images, slower.")
                        .withDefault(Integer.toString(DEFAULT_WIDTH)));
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adam", RATE).withBatchSize(BATCH_SIZE).withEpochs(EPOCHS).withClipNorm(1);
    }

    @Override
    public Loss loss() {
        return new MSELoss();
    }

    static DiffusionModel network(int width) {
        var unet = new DenoisingUNet(o -> o.width(width).classes(FashionMnist.classNames().size()));
        return new DiffusionModel(unet, NoiseSchedule.cosine(STEPS));
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                network(DEFAULT_WIDTH),
                Tensors.randn(batchSize, 1, SIDE, SIDE),
                Tensors.zeros(batchSize, 1, SIDE, SIDE));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new DiffusionTask(options);
    }
}
