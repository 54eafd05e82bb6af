package fathom.vision.detection;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.optim.LRScheduler;
import fathom.optim.OneCycleLR;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.optim.SGD;
import fathom.train.Task;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.BananaDetection;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Training of a detector of bananas: Adam with small batches, a rate that decays, and images that are flipped at
 * random, which gets further on two cores than the course's SGD with weight decay, large batches and a constant rate.
 * The course's training is {@code --optimizer sgd --lr 0.2 --batch-size 32 --no-flips}.
 */
abstract class BananaRecipe implements Recipe {
    private static final String ADAM = "adam";
    private static final String SGD = "sgd";
    private static final String NO_FLIPS = "noFlips";

    private static final double WEIGHT_DECAY = 5e-4;
    private static final double RATE = 3e-3;

    /** The share of updates in which the rate rises; then it falls to zero. */
    private static final double RISE = 0.2;

    /** Fewer updates have a constant rate. */
    private static final int FEW = 10;

    BananaRecipe() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("tinyssd", "single-shot multibox detection at five scales, 256 x 256")
                .withSection("13.7")
                .withData("banana detection", DetectionRecipeTask.DATA);
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of(ADAM, RATE).withEpochs(10).withBatchSize(8);
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.flag(
                        NO_FLIPS,
                        "Trains on the images as they are. Else they are flipped at random, bananas both ways, images of"
                                + " one's own from left to right."));
    }

    @Override
    public Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return name.equals(SGD)
                ? new SGD(parameters, lr, o -> o.weightDecay(WEIGHT_DECAY))
                : Optimizers.create(name, parameters, lr);
    }

    @Override
    public Loss loss() {
        return new MultiboxLoss(TinySSD.anchors(TinySSD.SIDE, TinySSD.SIDE));
    }

    @Override
    public List<String> classes() {
        return BananaDetection.classNames();
    }

    @Override
    public RecipeExample example(int batchSize) {
        Tensor box = Tensors.tensor(new float[] {0, 0.2f, 0.3f, 0.6f, 0.8f});
        return new RecipeExample(
                new TinySSD(classes()),
                Tensors.rand(batchSize, 3, TinySSD.SIDE, TinySSD.SIDE),
                box.expand(batchSize, 1, 5).contiguous());
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new DetectionRecipeTask(options, TinySSD.SIDE) {
            @Override
            protected Detector network(List<String> classes) {
                return new TinySSD(classes);
            }

            @Override
            public Task<?> task(Layer net) {
                return ((TinySSD) net).task();
            }

            @Override
            protected @Nullable Transform augmentation(boolean isBananas) {
                if (options.isOn(NO_FLIPS)) {
                    return null;
                }
                Transform flip = Transforms.randomHorizontalFlip();
                return isBananas ? flip.then(Transforms.randomVerticalFlip()) : flip;
            }

            @Override
            public @Nullable Function<Optimizer, LRScheduler> schedule(long updates) {
                HyperParameters hyper = options.hyperParameters();
                return !hyper.optimizer().equals(ADAM) || updates < FEW
                        ? null
                        : o -> new OneCycleLR(o, hyper.lr(), Math.toIntExact(updates), c -> c.pctStart(RISE));
            }
        };
    }
}
