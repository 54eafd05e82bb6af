package fathom.vision.detection;

import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.train.TrainerOptions;
import fathom.train.recipe.DetectorTask;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.BananaDetection;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Training, evaluation and prediction of a detector with the course's bananas, or with images of one's own: a folder
 * with {@code train} and {@code val}, each as {@link BoxFolder} reads it.
 */
public abstract class DetectionRecipeTask implements DetectorTask {
    /** The description of {@code --data}. */
    public static final String DATA =
            "a folder with bananas_train and bananas_val, or with train and val, each with label.csv (img_name, label,"
                    + " xmin, ymin, xmax, ymax) and images. Default: the bananas of the cache folder, then a download, then"
                    + " generated images.";

    /** The number of training images of the course's data set, of which the stand-in has fewer. */
    private static final long WHOLE = 1000;

    private final TaskOptions options;
    private final int side;
    private @Nullable Data data;

    /**
     * A task.
     *
     * @param options those of the recipe
     * @param side the side in pixels of images of one's own, which have several sizes
     */
    protected DetectionRecipeTask(TaskOptions options, int side) {
        this.options = options;
        this.side = side;
        String from = options.data();
        if (from != null && !isOwn(from) && !Files.isDirectory(Path.of(from).resolve("bananas_train"))) {
            throw new RecipeException("data", "there is no folder " + Path.of(from).resolve("bananas_train"));
        }
    }

    private static boolean isOwn(String folder) {
        return Files.isDirectory(Path.of(folder, "train")) && Files.isDirectory(Path.of(folder, "val"));
    }

    /** The images, and the names of the classes in them. */
    private record Data(
            Dataset train,
            Dataset test,
            List<String> classes,
            String description,
            boolean isBananas,
            boolean isStandIn) {}

    private Data images() {
        if (data == null) {
            String from = options.data();
            data = from != null && isOwn(from) ? own(Path.of(from)) : bananas(from);
        }
        return data;
    }

    private Data own(Path folder) {
        var resize = Transforms.resize(side, side).then(Transforms.toFloat());
        BoxDataset train = BoxFolder.load(folder.resolve("train"), o -> o.transform(resize));
        BoxDataset test = BoxFolder.load(folder.resolve("val"), o -> o.transform(resize).classes(train.classes()));
        return new Data(train, test, train.classes(), "images with boxes from " + folder, false, false);
    }

    private static Data bananas(@Nullable String folder) {
        BananaDetection b = folder == null ? BananaDetection.load() : BananaDetection.load(Path.of(folder));
        return new Data(
                b.train(),
                b.test(),
                BananaDetection.classNames(),
                "images with bananas from " + b.source(),
                true,
                b.isStandIn());
    }

    /** {@return a newly initialised network for some classes, or one with the weights that the options name} */
    protected abstract Detector network(List<String> classes);

    @Override
    public final Layer network() {
        String from = options.data();
        return network(from != null && isOwn(from) ? images().classes() : BananaDetection.classNames());
    }

    @Override
    public final DataLoader train() {
        Data all = images();
        Transform augmentation = augmentation(all.isBananas);
        Dataset train = augmentation == null ? all.train : new TransformedBoxes(all.train, augmentation);
        return loader(train).shuffle(true);
    }

    /**
     * {@return how training images and their boxes are changed at random; null, the default, for not at all}
     *
     * @param isBananas whether they are the course's, or images of one's own
     */
    protected @Nullable Transform augmentation(boolean isBananas) {
        return null;
    }

    @Override
    public final DataLoader test() {
        return loader(images().test());
    }

    private DataLoader loader(Dataset all) {
        Dataset part = options.limit() >= all.size() ? all : all.range(0, options.limit());
        return DataLoader.of(part, options.hyperParameters().batchSize()).workers(2);
    }

    @Override
    public final String data() {
        return String.format(
                Locale.ROOT, "%,d %s", Math.min(options.limit(), images().train().size()), images().description());
    }

    @Override
    public final long wholeSize() {
        return images().isStandIn() ? WHOLE : 0;
    }

    @Override
    public void configure(TrainerOptions t, Layer net, Consumer<String> show) {
        t.monitor("map50", true);
    }

    /** Boxes as fractions of the image and the scores of the classes, before suppression. */
    @Override
    public final InferenceGraph inference(Layer net) {
        var detector = (Detector) net;
        return new InferenceGraph(
                net,
                List.of(
                        new InferenceGraph.Input(
                                "image", Tensors.zeros(1, 3, side, side), Map.of(0, InferenceGraph.BATCH))),
                List.of("boxes", "scores"),
                in -> {
                    Detector.Candidates found = detector.candidates(in.getFirst());
                    return List.of(found.boxes(), found.scores());
                },
                Map.of(InferenceGraph.CLASSES, InferenceGraph.json(detector.classes())));
    }

    /** The inputs are image files, or folders of them. */
    @Override
    public final List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        if (asked.wantsCsv()) {
            throw new RecipeException("out", "a detector draws a page of images, FILE.png");
        }
        var page = new DetectionPage((Detector) net, o -> {});
        var lines = new ArrayList<String>();
        if (asked.inputs().isEmpty()) {
            Dataset test = images().test();
            for (int i = 0; i < Math.min(asked.count(), test.size()); i++) {
                lines.addAll(page.add(String.format(Locale.ROOT, "test image %d", i), test.get(i).x()));
            }
        } else {
            lines.addAll(page.addFiles(asked.inputs(), asked.warn()));
        }
        if (page.save(asked.page())) {
            lines.add("image: " + asked.page());
        }
        return lines;
    }

    @Override
    public final List<String> detect(Layer net, Options asked) throws IOException {
        return DetectionPage.of((Detector) net, asked);
    }
}
