package fathom.vision.pretraining;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.optim.AdamW;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.models.VisionTransformer;
import fathom.vision.recipe.FashionMnistData;
import java.util.List;

/**
 * Pretraining of the small vision transformer of {@code vit-tiny} as a masked autoencoder on Fashion-MNIST's images,
 * without their labels. The report tells what a linear classifier makes of the features, beside those of a network that
 * was not trained.
 */
public final class MaskedAutoencoderRecipe implements Recipe {
    static final String MASK_RATIO = "maskRatio";
    static final String DECODER_WIDTH = "decoderWidth";
    static final String DECODER_LAYERS = "decoderLayers";

    private static final int SIDE = 28;
    private static final double RATE = 1e-3;
    private static final double DECAY = 0.95;

    /** The authors' moments and weight decay (their table 8). */
    private static final double BETA_2 = 0.95;

    private static final double WEIGHT_DECAY = 0.05;

    /** For {@code fathom train mae}. */
    public MaskedAutoencoderRecipe() {}

    @Override
    public RecipeCard card() {
        return FashionMnistData.describe(
                RecipeCard.of("mae", "a masked autoencoder: a vision transformer pretrained without labels"));
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(MASK_RATIO, "SHARE", "The share of patches that are hidden, such as 0.75.")
                        .withDefault("0.75"),
                RecipeOption.of(DECODER_WIDTH, "N", "The width of the decoder's tokens, a multiple of 12.")
                        .withDefault("96"),
                RecipeOption.of(DECODER_LAYERS, "N", "The number of the decoder's blocks.").withDefault("2"));
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adamw", RATE).withBatchSize(128).withEpochs(20).withDecay(DECAY).withClipNorm(1);
    }

    @Override
    public Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return name.equals("adamw")
                ? new AdamW(parameters, lr, o -> o.betas(0.9, BETA_2).weightDecay(WEIGHT_DECAY))
                : Optimizers.create(name, parameters, lr);
    }

    /** {@return the mean squared error of all patches, for profiles; the training's counts hidden ones alone} */
    @Override
    public Loss loss() {
        return new MSELoss();
    }

    static VisionTransformer encoder() {
        return VisionTransformer.vit_tiny(o -> o.imageSize(SIDE).channels(1).classes(10));
    }

    @Override
    public RecipeExample example(int batchSize) {
        var net = new MaskedAutoencoder(encoder());
        Tensor x = Tensors.rand(batchSize, 1, SIDE, SIDE);
        return new RecipeExample(net, x, net.patchify(x));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new MaskedAutoencoderTask(options);
    }
}
