package fathom.vision.folder;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.files.Excerpt;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Optimizers;
import fathom.optim.ParameterGroup;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.metric.Metrics;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.ImageFolder;
import fathom.vision.prediction.ClassifierDescription;
import fathom.vision.prediction.ImageClassifierTask;
import fathom.vision.prediction.ImageExplanations;
import fathom.vision.prediction.ImagePredictions;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with images in folders. */
final class ImageFolderTask implements RecipeTask, Explainable {
    /** The side of the images that most of torchvision's weights were trained with. */
    static final int PRETRAINED_SIZE = 224;

    private static final int LEAST_SIZE = 32;
    private static final int MOST_SIZE = 128;

    /** The number of images whose sizes are looked at. */
    private static final int SIZES = 50;

    private static final String CLASSES = "classes";
    private static final String SIZE = "imageSize";
    private static final String IMAGES = "images";

    /** The share of an image's area that a random crop has at least. */
    private static final double LEAST_AREA = 0.35;

    /** The learning rate of pretrained layers, as a multiple of the new layer's. */
    private static final double BODY_RATE = 0.1;

    /** The name of all layers but the last, for the option to freeze. */
    private static final String BODY = "body";

    /** The number of test images whose predictions are shown during training. */
    private static final int SHOWN = 16;

    private final TaskOptions options;
    private final String model;
    private final @Nullable Path weights;
    private @Nullable ImageFolderData data;

    ImageFolderTask(TaskOptions options) {
        this.options = options;
        model = options.option(ImageFolderRecipe.MODEL).orElse("");
        weights = options.option(ImageFolderRecipe.WEIGHTS).map(Path::of).orElse(null);
        options.integer(ImageFolderRecipe.IMAGE_SIZE, 8);
        options.fraction(ImageFolderRecipe.VALIDATION);
        augmentation(1);
    }

    // ---- data -----------------------------------------------------------------------------------------------------

    private ImageFolderData images() {
        if (data == null) {
            List<String> known = options.isOfRun() ? classes() : null;
            String trainedOn = String.valueOf(options.settings().get("data"));
            boolean isForeign = options.isOfRun() && !trainedOn.equals(options.data());
            data = ImageFolderData.open(options, known, isForeign);
            if (known == null && data.train().classes().size() < 2) {
                throw new RecipeException(
                        "data", "expected folders of at least two classes; there is only " + data.train().classes());
            }
            if (options.isOfRun()
                    && data.isSplit()
                    && options.settings().get(IMAGES) instanceof Integer before
                    && before != data.train().size()) {
                options.notice()
                        .accept(
                                String.format(
                                        Locale.ROOT,
                                        "%s has %,d images now, %,d when the run began: test images may be among those that it was trained on",
                                        options.data(),
                                        data.train().size(),
                                        before));
            }
        }
        return data;
    }

    @Override
    public List<String> classes() {
        if (!options.isOfRun()) {
            return images().train().classes();
        }
        if (options.settings().get(CLASSES) instanceof List<?> names
                && names.size() > 1
                && names.stream().allMatch(String.class::isInstance)) {
            return names.stream().map(String.class::cast).toList();
        }
        throw new RecipeException("the config of the run is damaged: it has no " + CLASSES);
    }

    private int size() {
        if (options.isOfRun()) {
            if (options.settings().get(SIZE) instanceof Integer size && size > 0) {
                return size;
            }
            throw new RecipeException("the config of the run is damaged: it has no " + SIZE);
        }
        return options.integer(ImageFolderRecipe.IMAGE_SIZE, 8)
                .orElseGet(() -> weights != null ? ClassifierModels.pretrainedSide(model) : typicalSize());
    }

    /** {@return the median of some images' shorter sides, within bounds, one of which is the network's} */
    private int typicalSize() {
        ImageFolder images = images().train();
        int n = (int) Math.min(SIZES, images.size());
        int[] sides = new int[n];
        for (int i = 0; i < n; i++) {
            Tensor image = images.image(i * images.size() / n);
            sides[i] = (int) Math.min(image.size(1), image.size(2));
        }
        Arrays.sort(sides);
        int least = Math.max(LEAST_SIZE, ClassifierModels.leastSide(model));
        return Math.clamp(sides[n / 2], least, Math.max(least, MOST_SIZE));
    }

    private Transform augmentation(int size) {
        String kind = options.option(ImageFolderRecipe.AUGMENT).orElse("");
        return switch (kind) {
            case "crop" -> Transforms.randomResizedCrop(size, LEAST_AREA).then(Transforms.randomHorizontalFlip());
            case "flip" -> Transforms.resize(size, size).then(Transforms.randomHorizontalFlip());
            case "none" -> Transforms.resize(size, size);
            default -> throw new RecipeException(ImageFolderRecipe.AUGMENT, "must be crop, flip or none, is " + kind);
        };
    }

    /** {@return the preprocessing of images for testing: with weights, torchvision's} */
    private Transform preprocessing() {
        int size = size();
        Transform sized =
                weights == null
                        ? Transforms.resize(size, size)
                        : Transforms.resize(size * 256 / PRETRAINED_SIZE).then(Transforms.centerCrop(size));
        return sized.then(Transforms.normalizeImagenet());
    }

    @Override
    public DataLoader train() {
        Transform transform = augmentation(size()).then(Transforms.normalizeImagenet());
        return loader(images().trainPart(transform, options.limit())).shuffle(true);
    }

    @Override
    public @Nullable DataLoader test() {
        return images().testIndices().length == 0 ? null : loader(images().testPart(preprocessing(), options.limit()));
    }

    private DataLoader loader(fathom.data.Dataset part) {
        return DataLoader.of(part, options.hyperParameters().batchSize()).workers(2);
    }

    @Override
    public String data() {
        ImageFolderData d = images();
        return String.format(
                Locale.ROOT,
                "%,d images of %d classes from %s (%s), %,d more for testing, %d x %d pixels",
                Math.min(options.limit(), d.trainIndices().length),
                classes().size(),
                options.data(),
                Excerpt.names(classes(), 10),
                Math.min(options.limit(), d.testIndices().length),
                size(),
                size());
    }

    // ---- training -------------------------------------------------------------------------------------------------

    @Override
    public Layer network() {
        Layer net =
                ClassifierModels.create(
                        model,
                        new ClassifierModels.Kind(
                                classes().size(),
                                size(),
                                weights != null,
                                options.integer(ImageFolderRecipe.WIDTH, 1).orElse(0)));
        if (weights != null && !options.isOfRun()) {
            List<String> fresh = ClassifierModels.load(net, model, weights);
            options.notice()
                    .accept(
                            "weights of %s%s"
                                    .formatted(
                                            weights,
                                            fresh.isEmpty() ? "" : ", apart from " + String.join(" and ", fresh)));
        }
        return net;
    }

    @Override
    public void configure(TrainerOptions t, Layer net, Consumer<String> show) {
        t.note(CLASSES, classes()).note(SIZE, size()).note(IMAGES, images().train().size());
        freeze(net, show);
        String[] head = ClassifierModels.head(net).toArray(String[]::new);
        var hyper = options.hyperParameters();
        double headRate = options.positive(ImageFolderRecipe.HEAD_LR).orElse(hyper.lr());
        double baseRate =
                options.positive(ImageFolderRecipe.BASE_LR).orElse(weights == null ? headRate : headRate * BODY_RATE);
        if (headRate != hyper.lr() || baseRate != headRate) {
            // the head's rate is the optimiser's, so that a resumed run's new rate is that of the head
            t.optimizer(all -> {
                var last = net.namedParameters(head).values();
                var body = new ArrayList<>(all);
                body.removeIf(p -> last.stream().anyMatch(q -> q == p));
                var optimizer = Optimizers.create(hyper.optimizer(), List.copyOf(last), headRate);
                if (!body.isEmpty()) {
                    optimizer.addGroup(ParameterGroup.of(body).lrScale(baseRate / headRate));
                }
                return optimizer;
            });
        }
    }

    private void freeze(Layer net, Consumer<String> show) {
        String parts = options.option(ImageFolderRecipe.FREEZE).orElse("");
        if (parts.isEmpty()) {
            return;
        }
        String[] head = ClassifierModels.head(net).toArray(String[]::new);
        List<String> frozen;
        try {
            frozen =
                    net.freeze(f -> {
                        f.normsInEvaluation(true);
                        if (parts.equals(BODY)) {
                            f.except(head);
                        } else {
                            f.parts(parts.split(",", -1));
                        }
                    });
        } catch (IllegalArgumentException e) {
            throw new RecipeException(
                    ImageFolderRecipe.FREEZE, String.valueOf(e.getMessage()).replaceFirst("^freeze: ", ""));
        }
        if (net.parameters().stream().noneMatch(Tensor::requiresGrad)) {
            throw new RecipeException(ImageFolderRecipe.FREEZE, "nothing is left to train");
        }
        show.accept(
                String.format(Locale.ROOT, "%d of %d parameters are frozen", frozen.size(), net.parameters().size()));
    }

    /** The task of a classifier that shows its predictions for some test images. */
    @Override
    public @Nullable Task<?> task(Layer net) {
        return images().testIndices().length == 0
                ? null
                : new ImageClassifierTask(
                        net, new CrossEntropyLoss(), List.of(Metrics.accuracy()), classes(), () -> testImages(SHOWN));
    }

    /** Images are expected as {@link #preprocessing} makes them. */
    @Override
    public InferenceGraph inference(Layer net) {
        int size = size();
        return InferenceGraph.of(
                net, Tensors.zeros(1, 3, size, size), ClassifierDescription.imagenet(classes()).metadata());
    }

    // ---- prediction -----------------------------------------------------------------------------------------------

    /** The inputs are image files, or folders of them. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        var predictions = new ImagePredictions(classes(), asked);
        return predictions.of(net, inputs(asked.inputs(), asked.count(), "predict"));
    }

    /** The inputs are image files, or folders of them. */
    @Override
    public List<String> explain(Layer net, ExplanationOptions asked) throws IOException {
        var explanations = new ImageExplanations(classes(), asked, Transforms.denormalizeImagenet()::apply);
        return explanations.of(net, inputs(asked.inputs(), asked.count(), "explain"));
    }

    /**
     * {@return images of files, or of the test data if none are named}
     *
     * @param purpose what is done with them, for the message if there are none
     */
    private List<ImagePredictions.Input> inputs(List<String> files, int count, String purpose) throws IOException {
        Transform transform = preprocessing();
        if (!files.isEmpty()) {
            return ImagePredictions.ofFiles(files, image -> transform.apply(Transforms.rgb().apply(image)));
        }
        List<ImagePredictions.Input> inputs = testImages(count);
        if (inputs.isEmpty()) {
            throw new RecipeException("there is no test data; name images to " + purpose);
        }
        return inputs;
    }

    /** {@return the first test images, which are in random order} */
    private List<ImagePredictions.Input> testImages(int count) {
        ImageFolderData d = images();
        Transform transform = preprocessing();
        var inputs = new ArrayList<ImagePredictions.Input>();
        long[] labels = d.test().labels().toLongArray();
        int n = Math.min(count, d.testIndices().length);
        for (long i : Arrays.copyOf(d.testIndices(), n)) {
            inputs.add(
                    new ImagePredictions.Input(
                            d.test().files().get((int) i).toString(),
                            (int) labels[(int) i],
                            () -> {
                                Tensor image = d.test().image(i);
                                return new ImagePredictions.Shown(image, transform.apply(image));
                            }));
        }
        return inputs;
    }
}
