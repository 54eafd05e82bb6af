package fathom.vision.recipe;

import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.train.Task;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.FashionMnist;
import fathom.vision.ImageDataset;
import fathom.vision.prediction.ImageClassifierTask;
import fathom.vision.prediction.ImageExplanations;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with Fashion-MNIST. */
final class FashionMnistTask implements RecipeTask, Explainable {
    private static final String SAMPLE = "sample";
    private static final long SIDE = 28;

    /** The number of test images whose predictions are shown during training. */
    private static final int SHOWN = 16;

    private final ImageRecipe recipe;
    private final TaskOptions options;
    private final @Nullable Transform transform;
    private @Nullable FashionMnist images;

    FashionMnistTask(ImageRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        long[] shape = recipe.inputShape();
        transform = shape[1] == SIDE ? null : Transforms.resize((int) shape[1], (int) shape[2]);
        String from = options.data();
        if (from != null && !from.equals(SAMPLE) && !Files.isDirectory(Path.of(from))) {
            throw new RecipeException("data", "there is no folder " + from);
        }
    }

    private FashionMnist images() {
        if (images == null) {
            String from = options.data();
            if (from == null) {
                images = FashionMnist.load((Transform) null, options.notice());
            } else {
                images = from.equals(SAMPLE) ? FashionMnist.sample() : FashionMnist.load(Path.of(from));
            }
        }
        return images;
    }

    @Override
    public Layer network() {
        return recipe.network();
    }

    @Override
    public DataLoader train() {
        return loader(limited(images().train())).shuffle(true);
    }

    @Override
    public DataLoader test() {
        return loader(limited(images().test()));
    }

    private DataLoader loader(Dataset data) {
        return DataLoader.of(data, options.hyperParameters().batchSize()).workers(1);
    }

    private Dataset limited(ImageDataset all) {
        Dataset data = all.with(transform);
        return options.limit() >= data.size() ? data : data.range(0, options.limit());
    }

    @Override
    public Task<?> task(Layer net) {
        return new ImageClassifierTask(
                net,
                recipe.loss(),
                recipe.metrics(),
                recipe.classes(),
                () -> ImagePredictions.ofDataset(images().test().with(transform), SHOWN));
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d images of Fashion-MNIST from %s",
                Math.min(options.limit(), images().train().size()),
                images().source());
    }

    @Override
    public long wholeSize() {
        return images().wholeSize();
    }

    /** The inputs are image files. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        var predictions = new ImagePredictions(recipe.classes(), asked);
        return predictions.of(net, inputs(asked.inputs(), asked.count()));
    }

    /** The inputs are image files. */
    @Override
    public List<String> explain(Layer net, ExplanationOptions asked) throws IOException {
        var explanations = new ImageExplanations(recipe.classes(), asked, x -> x);
        return explanations.of(net, inputs(asked.inputs(), asked.count()));
    }

    /** {@return images of files, or of the test data if none are named} */
    private List<ImagePredictions.Input> inputs(List<String> files, int count) throws IOException {
        return files.isEmpty()
                ? ImagePredictions.ofDataset(images().test().with(transform), count)
                : ImagePredictions.ofFiles(files, image -> ImageInput.prepare(image, transform));
    }
}
