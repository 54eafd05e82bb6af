package fathom.vision.recipe;

import fathom.Tensors;
import fathom.nn.Layer;
import fathom.train.Task;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.TaskOptions;
import fathom.vision.prediction.ClassifierDescription;
import fathom.vision.prediction.ImageClassifierTask;
import fathom.vision.prediction.ImageExplanations;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with Fashion-MNIST. */
final class FashionMnistTask extends FashionMnistRecipeTask implements Explainable {
    private static final long SIDE = 28;

    /** The number of test images whose predictions are shown during training. */
    private static final int SHOWN = 16;

    private final ImageRecipe recipe;

    FashionMnistTask(ImageRecipe recipe, TaskOptions options) {
        super(options, transform(recipe.inputShape()), TaskOptions.ALL);
        this.recipe = recipe;
    }

    private static @Nullable Transform transform(long... shape) {
        return shape[1] == SIDE ? null : Transforms.resize((int) shape[1], (int) shape[2]);
    }

    @Override
    public Layer network() {
        return recipe.network();
    }

    @Override
    public Task<?> task(Layer net) {
        return new ImageClassifierTask(
                net,
                recipe.loss(),
                recipe.metrics(),
                recipe.classes(),
                () -> ImagePredictions.ofDataset(images().testImages(), SHOWN));
    }

    /** Pixels are expected from 0 to 1. */
    @Override
    public InferenceGraph inference(Layer net) {
        long[] shape = recipe.inputShape();
        var description = new ClassifierDescription(recipe.classes(), List.of(), List.of());
        return InferenceGraph.of(net, Tensors.zeros(1, shape[0], shape[1], shape[2]), description.metadata());
    }

    /** The inputs are image files. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        var predictions = new ImagePredictions(recipe.classes(), asked);
        return predictions.of(net, images().inputs(asked.inputs(), asked.count()));
    }

    /** The inputs are image files. */
    @Override
    public List<String> explain(Layer net, ExplanationOptions asked) throws IOException {
        var explanations = new ImageExplanations(recipe.classes(), asked, x -> x);
        return explanations.of(net, images().inputs(asked.inputs(), asked.count()));
    }
}
