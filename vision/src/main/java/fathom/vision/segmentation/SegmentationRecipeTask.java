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
import fathom.train.recipe.PicturePace;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.SegmenterTask;
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
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with Pascal VOC 2012. */
final class SegmentationRecipeTask implements SegmenterTask {
    private static final String SAMPLE = "sample";

    /** The share of training crops that things should cover: small crops would be of background alone for the most. */
    private static final double LEAST_THINGS = 0.3;

    /** The number of test images in the picture of an epoch. */
    private static final int SHOWN = 4;

    /** The time until the next picture, as a multiple of the time that one takes. */
    private static final int PAUSE = 30;

    private final SegmentationRecipe recipe;
    private final TaskOptions options;
    private final SegmentationOptions own;
    private final int[] crop;
    private final int[] testCrop;
    private @Nullable Voc2012 train;
    private @Nullable Dataset test;

    SegmentationRecipeTask(SegmentationRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        own = new SegmentationOptions(options);
        crop = own.crop(SegmentationOptions.CROP, recipe.crop());
        testCrop = own.crop(SegmentationOptions.TEST_CROP, recipe.testCrop());
        String from = options.data();
        if (from != null && !from.equals(SAMPLE) && !Files.isDirectory(Path.of(from))) {
            throw new RecipeException("data", "there is no folder " + from);
        }
    }

    private Voc2012 images(String option, int[] size, Consumer<String> notice) {
        Consumer<Voc2012.Options> cropped = o -> o.crop(size[0], size[1]).leastThings(LEAST_THINGS).ignoreVoid();
        String from = options.data();
        Voc2012 images;
        if (from == null) {
            images = Voc2012.load(DataHub.standard(), cropped, notice);
        } else {
            images = from.equals(SAMPLE) ? Voc2012.standIn(cropped) : Voc2012.load(Path.of(from), cropped);
        }
        if (images.train().size() == 0 || images.test().size() == 0) {
            throw new RecipeException(
                    option, String.format(Locale.ROOT, "no image is as large as %d x %d", size[0], size[1]));
        }
        return images;
    }

    private Voc2012 trainImages() {
        if (train == null) {
            train = images(SegmentationOptions.CROP, crop, options.notice());
        }
        return train;
    }

    private Dataset testImages() {
        if (test == null) {
            test =
                    images(SegmentationOptions.TEST_CROP, testCrop, train == null ? options.notice() : line -> {})
                            .test();
        }
        return test;
    }

    @Override
    public Layer network() {
        return recipe.network(own);
    }

    @Override
    public DataLoader train() {
        return loader(trainImages().train()).shuffle(true);
    }

    @Override
    public DataLoader test() {
        return loader(testImages());
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
                Math.min(options.limit(), trainImages().train().size()),
                trainImages().source(),
                crop[0],
                crop[1]);
    }

    @Override
    public Task<?> task(Layer net) {
        return new PicturedTask(net);
    }

    /** Beside the training, some test images with the classes of their pixels. */
    private final class PicturedTask extends SegmentationTask {
        private final transient PicturePace pace = new PicturePace(PAUSE);

        PicturedTask(Layer net) {
            super(net);
        }

        @Override
        protected Object guard() {
            return List.of();
        }

        @Override
        public Map<String, Plot> pictures(EpochResult result) {
            return pace.pictures("predictions", () -> predictions(result.epoch()));
        }

        private Plot predictions(int epoch) {
            Segmenter segmenter = recipe.segmenter((Layer) net());
            var pictures = new ArrayList<Tensor>();
            var labels = new ArrayList<String>();
            Dataset images = testImages();
            for (int i = 0; i < Math.min(SHOWN, images.size()); i++) {
                Example example = images.get(i);
                Tensor image = Voc2012.image(example.x());
                pictures.add(SegmentationPicture.overlay(image, example.y()));
                labels.add("labels");
                pictures.add(SegmentationPicture.overlay(image, segmenter.classes(image)));
                labels.add("predicted");
            }
            return Plot.images(
                    pictures,
                    o -> o.columns(4).cell(200).labels(labels).title(String.format(Locale.ROOT, "epoch %d", epoch)));
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
            Dataset images = testImages();
            for (int i = 0; i < Math.min(asked.count(), images.size()); i++) {
                Example example = images.get(i);
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

    private void add(
            Segmenter segmenter,
            String name,
            Tensor image,
            @Nullable Tensor truth,
            List<String> lines,
            List<Tensor> pictures,
            List<String> labels) {
        Tensor classes = segmenter.classes(image);
        lines.add(name + ": " + recipe.describe(classes));
        pictures.add(truth == null ? image : SegmentationPicture.overlay(image, truth));
        labels.add(truth == null ? name : "labels of " + name);
        pictures.add(SegmentationPicture.overlay(image, classes));
        labels.add("predicted");
    }

    @Override
    public String segment(Layer net, Path image, Path picture) throws IOException {
        Tensor pixels = Images.read(image, o -> o.applyExifOrientation(true));
        Tensor classes = recipe.segmenter(net).classes(pixels);
        Images.write(picture, SegmentationPicture.draw(pixels, classes, recipe.classes()));
        return recipe.describe(classes);
    }
}
