package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.train.metric.Metric;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.Voc2012;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The recipe of a network that gives every pixel one of the classes of Pascal VOC 2012. */
public abstract class SegmentationRecipe implements Recipe {
    private static final int EXAMPLE = 64;

    private final RecipeCard card;
    private final HyperParameters hyperParameters;
    private final String crop;
    private final String testCrop;
    private final List<RecipeOption> options;

    /**
     * A recipe.
     *
     * @param section the section of the course; empty if there is none
     * @param crop the default size of crops to train with, {@code HEIGHTxWIDTH}
     * @param testCrop the default size of crops to test with
     * @param more options beside the crop's size
     */
    SegmentationRecipe(
            String name,
            String description,
            String section,
            HyperParameters hyperParameters,
            String crop,
            String testCrop,
            RecipeOption... more) {
        this.card =
                RecipeCard.of(name, description)
                        .withSection(section)
                        .withData(
                                "Pascal VOC 2012",
                                "a folder with JPEGImages, SegmentationClass and ImageSets/Segmentation, or \"sample\""
                                        + " for generated images. Default: the cache folder, then a download (2 GB), then"
                                        + " generated images.");
        this.hyperParameters = hyperParameters;
        this.crop = crop;
        this.testCrop = testCrop;
        this.options =
                Stream.concat(
                                Stream.of(
                                        RecipeOption.of(
                                                        SegmentationOptions.CROP,
                                                        "HxW",
                                                        "Size of the crops to train with, in pixels.")
                                                .withDefault(crop),
                                        RecipeOption.of(
                                                        SegmentationOptions.TEST_CROP,
                                                        "HxW",
                                                        "Size of the crops to test with, in pixels.")
                                                .withDefault(testCrop)),
                                Arrays.stream(more))
                        .toList();
    }

    /** {@return the option of the weights to start from} */
    static RecipeOption weights(String file) {
        return RecipeOption.of(
                SegmentationOptions.WEIGHTS,
                "FILE",
                "Weights to start from, such as torchvision's %s (.pth or .safetensors). Default: random weights."
                        .formatted(file));
    }

    /** {@return the option of the channels of the first stage} */
    static RecipeOption width(int width) {
        return RecipeOption.of(SegmentationOptions.WIDTH, "N", "Channels of the first stage.")
                .withDefault(Integer.toString(width));
    }

    /** {@return a newly initialised network, from images {@code [N, 3, H, W]} to logits of the 21 classes} */
    abstract Layer network(SegmentationOptions options);

    /** {@return the number of pixels of which the sides of the network's inputs must be multiples} */
    int stride() {
        return 1;
    }

    /** {@return a trained network of this recipe, for images of any size} */
    final Segmenter segmenter(Layer net) {
        return new Segmenter(net, stride());
    }

    /** {@return the classes in an image with their shares of the pixels: {@code cat 31.2 %, dog 4.0 %}} */
    final String describe(Tensor classes) {
        String things =
                SegmentationPicture.shares(classes, classes()).stream()
                        .map(s -> String.format(Locale.ROOT, "%s %.1f %%", s.name(), 100 * s.share()))
                        .collect(Collectors.joining(", "));
        return things.isEmpty() ? "background alone" : things;
    }

    final String crop() {
        return crop;
    }

    final String testCrop() {
        return testCrop;
    }

    @Override
    public final RecipeCard card() {
        return card;
    }

    @Override
    public final HyperParameters hyperParameters() {
        return hyperParameters;
    }

    @Override
    public final List<RecipeOption> options() {
        return options;
    }

    @Override
    public final Loss loss() {
        return new CrossEntropyLoss(c -> c.ignoreIndex(SegmentationTask.VOID));
    }

    @Override
    public final List<Metric> metrics() {
        return SegmentationTask.measures();
    }

    @Override
    public final List<String> classes() {
        return Voc2012.classNames();
    }

    @Override
    public final OptionalLong ignoredTarget() {
        return OptionalLong.of(SegmentationTask.VOID);
    }

    @Override
    public final RecipeExample example(int batchSize) {
        return new RecipeExample(
                network(new SegmentationOptions(null)),
                Tensors.randn(batchSize, 3, EXAMPLE, EXAMPLE),
                Tensors.randint(0, classes().size(), batchSize, EXAMPLE, EXAMPLE));
    }

    @Override
    public final RecipeTask open(TaskOptions taskOptions) {
        return new SegmentationRecipeTask(this, taskOptions);
    }
}
