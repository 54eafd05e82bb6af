package fathom.vision.prediction;

import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.SupervisedTask;
import fathom.train.metric.Metric;
import fathom.train.recipe.PicturePace;
import fathom.vision.prediction.ImagePredictions.Input;
import fathom.vision.prediction.ImagePredictions.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Training an image classifier, with a picture of its predictions for some images beside the checkpoints. */
public final class ImageClassifierTask extends SupervisedTask {
    /** So many times as long as drawing took passes before the next picture. */
    private static final int PAUSE = 30;

    private static final int COLUMNS = 8;

    private final transient Layer layer;
    private final transient List<Metric> metrics;
    private final transient List<String> classes;
    private final transient Supplier<List<Input>> images;
    private final transient PicturePace pace = new PicturePace(PAUSE);

    /**
     * A classifier's task.
     *
     * @param images the images to show, loaded when they are needed
     */
    public ImageClassifierTask(
            Layer net, Loss loss, List<Metric> metrics, List<String> classes, Supplier<List<Input>> images) {
        super(net, loss);
        this.layer = net;
        this.metrics = List.copyOf(metrics);
        this.classes = classes;
        this.images = images;
    }

    @Override
    public List<Metric> metrics() {
        return metrics;
    }

    /** The predictions for the images: no more than a thirtieth of the time is spent on them. */
    @Override
    public Map<String, Plot> pictures(EpochResult result) {
        return pace.pictures("predictions", () -> predictions(result.epoch()));
    }

    private Plot predictions(int epoch) {
        List<Input> inputs = images.get();
        List<Shown> shown = inputs.stream().map(ImageClassifierTask::read).toList();
        float[][] p = ImagePredictions.probabilities(layer, shown);
        var labels = new ArrayList<String>();
        var right = new boolean[shown.size()];
        for (int i = 0; i < p.length; i++) {
            int best = 0;
            for (int k = 1; k < p[i].length; k++) {
                best = p[i][k] > p[i][best] ? k : best;
            }
            int label = inputs.get(i).label();
            right[i] = label == best;
            labels.add(classes.get(best) + (right[i] ? "" : "\nis " + classes.get(label)));
        }
        return Plot.images(
                shown.stream().map(Shown::image).toList(),
                o ->
                        o.columns(COLUMNS)
                                .labels(labels)
                                .right(right)
                                .title(String.format(Locale.ROOT, "epoch %d", epoch)));
    }

    private static Shown read(Input input) {
        try {
            return input.reader().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
