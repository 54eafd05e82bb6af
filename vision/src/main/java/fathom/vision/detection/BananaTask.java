package fathom.vision.detection;

import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.recipe.DetectorTask;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.BananaDetection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with the course's bananas. */
final class BananaTask implements DetectorTask {
    /** The number of training images of the course's data set, of which the stand-in has fewer. */
    private static final long WHOLE = 1000;

    private final TaskOptions options;
    private @Nullable BananaDetection data;

    BananaTask(TaskOptions options) {
        this.options = options;
        String from = options.data();
        if (from != null && !Files.isDirectory(Path.of(from).resolve("bananas_train"))) {
            throw new RecipeException("data", "there is no folder " + Path.of(from).resolve("bananas_train"));
        }
    }

    private BananaDetection bananas() {
        if (data == null) {
            String from = options.data();
            data = from == null ? BananaDetection.load() : BananaDetection.load(Path.of(from));
        }
        return data;
    }

    @Override
    public Layer network() {
        return new TinySSD(BananaDetection.classNames());
    }

    @Override
    public DataLoader train() {
        return loader(bananas().train()).shuffle(true);
    }

    @Override
    public DataLoader test() {
        return loader(bananas().test());
    }

    private DataLoader loader(Dataset all) {
        Dataset part = options.limit() >= all.size() ? all : all.range(0, options.limit());
        return DataLoader.of(part, options.hyperParameters().batchSize()).workers(2);
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d images with bananas from %s",
                Math.min(options.limit(), bananas().train().size()),
                bananas().source());
    }

    @Override
    public long wholeSize() {
        return bananas().isStandIn() ? WHOLE : 0;
    }

    @Override
    public Task<?> task(Layer net) {
        return ((TinySSD) net).task();
    }

    @Override
    public void configure(TrainerOptions t, Layer net, Consumer<String> show) {
        t.monitor("map50", true);
    }

    /** The inputs are image files, or folders of them. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        if (asked.wantsCsv()) {
            throw new RecipeException("out", "a detector draws a page of images, FILE.png");
        }
        var page = new DetectionPage((Detector) net, o -> {});
        var lines = new ArrayList<String>();
        if (asked.inputs().isEmpty()) {
            Dataset test = bananas().test();
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
    public List<String> detect(Layer net, Options asked) throws IOException {
        return DetectionPage.of((Detector) net, asked);
    }
}
