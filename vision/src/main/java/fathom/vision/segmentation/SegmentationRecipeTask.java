package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.hub.DataHub;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Task;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.Images;
import fathom.vision.datasets.Voc2012;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with Pascal VOC 2012. */
final class SegmentationRecipeTask implements RecipeTask {
    private static final String SAMPLE = "sample";

    /** The number of test images in the picture of an epoch. */
    private static final int SHOWN = 4;

    private final SegmentationRecipe recipe;
    private final TaskOptions options;
    private final SegmentationOptions own;
    private final int[] crop;
    private @Nullable Voc2012 data;

    SegmentationRecipeTask(SegmentationRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        own = new SegmentationOptions(options);
        crop = own.crop(recipe.crop());
        String from = options.data();
        if (from != null && !from.equals(SAMPLE) && !Files.isDirectory(Path.of(from))) {
            throw new RecipeException("data", "there is no folder " + from);
        }
    }

    private Voc2012 images() {
        if (data == null) {
            Consumer<Voc2012.Options> cropped = o -> o.crop(crop[0], crop[1]).ignoreVoid();
            String from = options.data();
            if (from == null) {
                data = Voc2012.load(DataHub.standard(), cropped, options.notice());
            } else {
                data = from.equals(SAMPLE) ? Voc2012.standIn(cropped) : Voc2012.load(Path.of(from), cropped);
            }
            if (data.train().size() == 0) {
                throw new RecipeException(
                        SegmentationOptions.CROP,
                        String.format(Locale.ROOT, "no image is as large as %d x %d", crop[0], crop[1]));
            }
        }
        return data;
    }

    @Override
    public Layer network() {
        return recipe.network(own);
    }

    @Override
    public DataLoader train() {
        return loader(images().train()).shuffle(true);
    }

    @Override
    public DataLoader test() {
        return loader(images().test());
    }

    private DataLoader loader(Dataset all) {
        Dataset part = options.limit() >= all.size() ? all : all.range(0, options.limit());
        return DataLoader.of(part, options.hyperParameters().batchSize()).workers(1);
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d images of Pascal VOC 2012 from %s, crops of %d x %d pixels",
                Math.min(options.limit(), images().train().size()),
                images().source(),
                crop[0],
                crop[1]);
    }

    @Override
    public Task<?> task(Layer net) {
        return new PicturedTask(net);
    }

    /** Beside the training, some test images with the classes of their pixels. */
    private final class PicturedTask extends SegmentationTask {
        PicturedTask(Layer net) {
            super(net);
        }

        @Override
        protected Object guard() {
            return List.of();
        }

        @Override
        public Map<String, Plot> pictures(EpochResult result) {
            Segmenter segmenter = recipe.segmenter((Layer) net());
            var pictures = new ArrayList<Tensor>();
            var labels = new ArrayList<String>();
            Dataset test = images().test();
            for (int i = 0; i < Math.min(SHOWN, test.size()); i++) {
                Example example = test.get(i);
                Tensor image = Voc2012.image(example.x());
                pictures.add(SegmentationPicture.overlay(image, example.y()));
                labels.add("labels");
                pictures.add(SegmentationPicture.overlay(image, segmenter.classes(image)));
                labels.add("predicted");
            }
            return Map.of(
                    "predictions",
                    Plot.images(
                            pictures,
                            o ->
                                    o.columns(4)
                                            .cell(200)
                                            .labels(labels)
                                            .title(String.format(Locale.ROOT, "epoch %d", result.epoch()))));
        }
    }

    /** The inputs are image files; without them the first test images, beside their labels. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        if (asked.wantsCsv()) {
            throw new RecipeException("out", "must end in .png: the classes of pixels are drawn, not listed");
        }
        Segmenter segmenter = recipe.segmenter(net);
        var lines = new ArrayList<String>();
        var pictures = new ArrayList<Tensor>();
        var labels = new ArrayList<String>();
        for (String name : asked.inputs()) {
            try {
                Tensor image = Images.read(Path.of(name), o -> o.applyExifOrientation(true));
                add(segmenter, name, image, null, lines, pictures, labels);
            } catch (IOException e) {
                asked.warn().accept(String.valueOf(e.getMessage()));
            }
        }
        if (asked.inputs().isEmpty()) {
            Dataset test = images().test();
            for (int i = 0; i < Math.min(asked.count(), test.size()); i++) {
                Example example = test.get(i);
                add(segmenter, "test image " + i, Voc2012.image(example.x()), example.y(), lines, pictures, labels);
            }
        }
        if (!pictures.isEmpty()) {
            Plot.images(pictures, o -> o.columns(asked.inputs().isEmpty() ? 4 : 2).cell(240).labels(labels))
                    .save(asked.page());
            lines.add("images: " + asked.page());
        }
        return lines;
    }

    private static void add(
            Segmenter segmenter,
            String name,
            Tensor image,
            @Nullable Tensor truth,
            List<String> lines,
            List<Tensor> pictures,
            List<String> labels) {
        Tensor classes = segmenter.classes(image);
        lines.add(name + ": " + describe(classes));
        pictures.add(truth == null ? image : SegmentationPicture.overlay(image, truth));
        labels.add(truth == null ? name : "labels of " + name);
        pictures.add(SegmentationPicture.overlay(image, classes));
        labels.add("predicted");
    }

    /** {@return the classes in an image with their shares of the pixels: {@code cat 31.2 %, dog 4.0 %}} */
    static String describe(Tensor classes) {
        String things =
                SegmentationPicture.shares(classes, Voc2012.classNames()).stream()
                        .map(s -> String.format(Locale.ROOT, "%s %.1f %%", s.name(), 100 * s.share()))
                        .collect(Collectors.joining(", "));
        return things.isEmpty() ? "background alone" : things;
    }
}
