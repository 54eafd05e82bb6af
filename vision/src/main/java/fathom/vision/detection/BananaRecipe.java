package fathom.vision.detection;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.optim.SGD;
import fathom.train.Task;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.BananaDetection;
import java.util.List;

/** The course's training of a detector of bananas: SGD with weight decay for 20 epochs. */
abstract class BananaRecipe implements Recipe {
    private static final double WEIGHT_DECAY = 5e-4;

    BananaRecipe() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("tinyssd", "single-shot multibox detection at five scales, 256 x 256")
                .withSection("13.7")
                .withData("banana detection", DetectionRecipeTask.DATA);
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("sgd", 0.2).withEpochs(20).withBatchSize(32);
    }

    @Override
    public Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return name.equals("sgd")
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
        };
    }
}
