package fathom.vision.folder;

import fathom.Tensors;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;

/**
 * A classifier of the user's own images, in folders or with a CSV file of labels, trained from scratch or fine-tuned
 * from torchvision's weights.
 *
 * <p>With weights, the last layer is new and learns at the learning rate, all others at a tenth of it or at a rate of
 * their own, or they are frozen.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/fine-tuning.html">Dive into Deep Learning, Fine-Tuning</a>
 */
public final class ImageFolderRecipe implements Recipe {
    static final String MODEL = "model";
    static final String WEIGHTS = "weights";
    static final String HEAD_LR = "headLr";
    static final String BASE_LR = "baseLr";
    static final String FREEZE = "freeze";
    static final String WIDTH = "width";
    static final String IMAGE_SIZE = "imageSize";
    static final String VALIDATION = "validation";
    static final String LABELS = "labels";
    static final String AUGMENT = "augment";
    static final String SKIP_BROKEN = "skipBroken";

    private static final String RESNET_18 = "resnet18";
    private static final int EPOCHS = 10;
    private static final int BATCH_SIZE = 32;
    private static final int CLASSES = 10;

    /** For {@code fathom train image-folder}. */
    public ImageFolderRecipe() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("image-folder", "a classifier of images of yours, new or fine-tuned")
                .withSection("13.2")
                .withData(
                        "images in folders",
                        "a folder with one folder of images per class (CLASS/NAME.jpg), or with such folders in train and"
                                + " val; required. With --labels a folder of images.");
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(
                                MODEL,
                                "NAME",
                                "The network: resnet18 or another classifier of torchvision or the course, which fathom models lists.")
                        .withDefault(RESNET_18),
                RecipeOption.of(
                        WEIGHTS,
                        "FILE",
                        "Weights to start from, such as torchvision's resnet18-f37072fd.pth (.pth or .safetensors); the"
                                + " last layer is new. Default: random weights."),
                RecipeOption.of(HEAD_LR, "RATE", "Learning rate of the last layer. Default: that of --lr."),
                RecipeOption.of(
                        BASE_LR,
                        "RATE",
                        "Learning rate of all other layers. Default: with weights a tenth of the last layer's, else the"
                                + " same."),
                RecipeOption.of(
                        FREEZE,
                        "PARTS",
                        "Parts of the network that stay as they are, by name: conv1,bn1,layer1, or body for all but the"
                                + " last layer."),
                RecipeOption.of(
                        WIDTH,
                        "N",
                        "Channels of a ResNet's first stage, 64 unless given: with 16 it is 16 times as fast."),
                RecipeOption.of(
                        IMAGE_SIZE,
                        "N",
                        "Side of the images that the network sees, in pixels. Default: the network's own with"
                                + " weights (mostly 224), else the median of the images' shorter sides, from 32 to 128."),
                RecipeOption.of(
                                VALIDATION,
                                "FRACTION",
                                "Fraction of each class that is held out for testing, unless there is a folder val.")
                        .withDefault("0.2"),
                RecipeOption.of(
                        LABELS,
                        "FILE.csv",
                        "Classes of images that lie in one folder: names in the first column, classes in the second."),
                RecipeOption.of(
                                AUGMENT,
                                "KIND",
                                "Random changes of training images: crop (and flip), flip (horizontally) or none.")
                        .withDefault("crop"),
                RecipeOption.flag(SKIP_BROKEN, "Leave out files that cannot be read, after naming them."));
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adam", 1e-3).withEpochs(EPOCHS).withBatchSize(BATCH_SIZE);
    }

    @Override
    public Loss loss() {
        return new CrossEntropyLoss();
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metrics.accuracy());
    }

    /** A ResNet-18 with ten classes. */
    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                ClassifierModels.create(
                        RESNET_18, new ClassifierModels.Kind(CLASSES, ImageFolderTask.PRETRAINED_SIZE, true, 0)),
                Tensors.randn(batchSize, 3, ImageFolderTask.PRETRAINED_SIZE, ImageFolderTask.PRETRAINED_SIZE),
                Tensors.randint(0, CLASSES, batchSize));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new ImageFolderTask(options);
    }
}
