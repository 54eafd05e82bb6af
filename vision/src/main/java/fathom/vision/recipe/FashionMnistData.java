package fathom.vision.recipe;

import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.FashionMnist;
import fathom.vision.ImageDataset;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The Fashion-MNIST images that the options of a recipe's task name, loaded at the first use. */
public final class FashionMnistData {
    private static final String SAMPLE = "sample";

    private final TaskOptions options;
    private final @Nullable Transform transform;
    private @Nullable FashionMnist images;

    /**
     * The data of a task.
     *
     * @param transform the change of each image; null for none
     * @throws RecipeException if the option {@code data} names a folder that does not exist
     */
    public FashionMnistData(TaskOptions options, @Nullable Transform transform) {
        this.options = options;
        this.transform = transform;
        String from = options.data();
        if (from != null && !from.equals(SAMPLE) && !Files.isDirectory(Path.of(from))) {
            throw new RecipeException("data", "there is no folder " + from);
        }
    }

    /** {@return the card with the description of the option {@code data}} */
    public static RecipeCard describe(RecipeCard card) {
        return card.withData(
                "Fashion-MNIST",
                "a folder with the four IDX files of Fashion-MNIST, or \"sample\" for the 7,000 images that come with"
                        + " Fathom. Default: the cache folder, then /usr/share/datasets/fashion-mnist, then a download.");
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

    /** {@return the shuffled training images, up to the limit} */
    public DataLoader train() {
        return loader(images().train(), options.limit()).shuffle(true);
    }

    /**
     * {@return the test images, up to the limit}
     *
     * @param most a further limit
     */
    public DataLoader test(int most) {
        return loader(images().test(), Math.min(most, options.limit()));
    }

    private DataLoader loader(ImageDataset all, int limit) {
        Dataset data = all.with(transform);
        Dataset part = limit >= data.size() ? data : data.range(0, limit);
        return DataLoader.of(part, options.hyperParameters().batchSize()).workers(1);
    }

    /** {@return the test images as they are transformed, without a limit} */
    public ImageDataset testImages() {
        return images().test().with(transform);
    }

    /** {@return images of files, or of the test data if none are named} */
    List<ImagePredictions.Input> inputs(List<String> files, int count) throws IOException {
        return files.isEmpty()
                ? ImagePredictions.ofDataset(testImages(), count)
                : ImagePredictions.ofFiles(files, image -> ImageInput.prepare(image, transform));
    }

    /**
     * {@return the network's inputs for images of files, or for the first test images if none are named}
     *
     * @param files image files, or folders of such
     * @param count the largest number of test images
     * @param warn receives a line for each file that cannot be read
     * @throws IOException if a folder cannot be read
     */
    public List<Tensor> images(List<String> files, int count, Consumer<String> warn) throws IOException {
        var images = new ArrayList<Tensor>();
        for (ImagePredictions.Input input : inputs(files, count)) {
            try {
                images.add(input.reader().read().input());
            } catch (IOException e) {
                warn.accept(String.valueOf(e.getMessage()));
            }
        }
        return images;
    }

    /** {@return the training data in words} */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%,d images of Fashion-MNIST from %s",
                Math.min(options.limit(), images().train().size()),
                images().source());
    }

    /** {@return the number of training images of the full data set, if it is a sample} */
    public long wholeSize() {
        return images().wholeSize();
    }
}
