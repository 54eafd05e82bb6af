package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Task;
import fathom.train.TaskTally;
import fathom.train.metric.MeanAveragePrecision;
import fathom.train.metric.TrueBox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Training of a detector. Batches are images {@code [N, 3, H, W]} and labels {@code [N, M, 5]}: class, then left, top,
 * right and bottom as fractions of the image; rows with a negative class are padding.
 *
 * <p>On test data COCO's average precision is shown ({@code map}), and that at an IoU of 0.5 ({@code map50}); pictures
 * show what is found in the first test images. Subclasses say what the losses are.
 */
public abstract class ObjectTask extends Task<Batch> {
    /** The least confidence of detections that count for the average precision. */
    private static final double LEAST = 0.01;

    /** The least confidence of detections on pictures. */
    private static final double SHOWN = 0.5;

    private static final int PICTURES = 8;

    private final Detector net;
    private final transient DetectOptions all = new DetectOptions().threshold(LEAST);

    /** The first images of the test data, for pictures. */
    private transient @Nullable Tensor images;

    /** The training of a detector. */
    protected ObjectTask(Detector net) {
        super(net);
        this.net = net;
    }

    /** {@return the raw predictions} */
    @Override
    public Tensor predict(Batch batch) {
        return net.call(batch.x());
    }

    @Override
    public final TaskTally<Batch> evaluation() {
        images = null;
        var map = new MeanAveragePrecision();
        return new TaskTally<>() {
            @Override
            public void add(Batch batch) {
                Tensor x = batch.x();
                if (images == null) {
                    images = x.narrow(0, 0, Math.min(PICTURES, x.size(0))).clone().keep();
                }
                List<Detections> found = net.detections(x, all);
                for (int i = 0; i < found.size(); i++) {
                    map.add(found.get(i).toMetric(), truths(batch.y().select(0, i), (int) x.size(2), (int) x.size(3)));
                }
            }

            @Override
            public Map<String, Double> values() {
                var scores = map.scores();
                var values = new LinkedHashMap<String, Double>();
                values.put("map50", scores.map50());
                values.put("map", scores.map());
                return values;
            }
        };
    }

    /** {@return the boxes of labels [M, 5], in pixels} */
    static List<TrueBox> truths(Tensor labels, int height, int width) {
        double[] rows = labels.reshape(-1).to(DType.FLOAT64).toDoubleArray();
        var truths = new ArrayList<TrueBox>();
        for (int i = 0; i < rows.length; i += 5) {
            if (rows[i] >= 0) {
                truths.add(
                        new TrueBox(
                                rows[i + 1] * width,
                                rows[i + 2] * height,
                                rows[i + 3] * width,
                                rows[i + 4] * height,
                                (int) rows[i]));
            }
        }
        return truths;
    }

    /** {@return the objects that are found in the first test images} */
    @Override
    public final Map<String, Plot> pictures(EpochResult result) {
        Tensor shown = images;
        if (shown == null) {
            return Map.of();
        }
        List<Detections> found = net.detections(shown, new DetectOptions().threshold(SHOWN));
        return Map.of(
                "detections",
                Plot.images(
                        shown,
                        o -> {
                            o.cell(200).columns(4).title(String.format(Locale.ROOT, "epoch %d", result.epoch()));
                            for (int i = 0; i < found.size(); i++) {
                                o.boxes(i, found.get(i));
                            }
                        }));
    }
}
