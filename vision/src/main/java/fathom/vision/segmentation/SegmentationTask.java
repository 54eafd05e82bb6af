package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.train.Losses;
import fathom.train.Task;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import java.util.List;

/**
 * Training a network that gives every pixel a class: cross-entropy over the pixels, of which those labelled {@link
 * #VOID} do not count. A batch is images {@code [N, 3, H, W]} and labels, int64 {@code [N, H, W]}; the network returns
 * logits {@code [N, classes, H, W]}.
 *
 * {@snippet :
 * var voc = Voc2012.load(o -> o.crop(320, 480).ignoreVoid());
 * new Trainer(new SegmentationTask(new FCN(21)), t -> t.optimizer(p -> new Adam(p, 1e-3)))
 *     .fit(DataLoader.of(voc.train(), 8).shuffle(true), DataLoader.of(voc.test(), 8), Epochs.of(30));
 * }
 *
 * <p>The metrics are the mean intersection over union, which selects the best epoch, and the accuracy of pixels. A
 * network with an auxiliary classifier, {@link SegmentationModel}, is trained with 0.4 times its loss in addition, as
 * DeepLabV3's and PSPNet's authors do.
 */
public class SegmentationTask extends Task<Batch> {
    /** The label of pixels without a class. */
    public static final long VOID = 255;

    private static final double AUXILIARY = 0.4;

    private final Layer net;

    /** The task of training a network. */
    public SegmentationTask(Layer net) {
        super(net);
        this.net = net;
    }

    @Override
    public Losses step(Batch batch) {
        Tensor y = batch.y();
        Tensor counted = y.ne(VOID).sum();
        if (net instanceof SegmentationModel model && model.hasAuxiliary()) {
            SegmentationModel.Output output = model.output(batch.x());
            return Losses.of("loss", loss(output.out(), y).add(loss(output.auxiliary(), y).mul(AUXILIARY)))
                    .output(output.out(), y)
                    .weight(counted);
        }
        Tensor output = net.call(batch.x());
        return Losses.of("loss", loss(output, y)).output(output, y).weight(counted);
    }

    private static Tensor loss(Tensor output, Tensor y) {
        return Tensors.crossEntropy(output, y, c -> c.ignoreIndex(VOID));
    }

    @Override
    public List<Metric> metrics() {
        return measures();
    }

    static List<Metric> measures() {
        return List.of(Metrics.meanIoU(m -> m.ignore(VOID)), Metrics.accuracy(m -> m.ignore(VOID)));
    }
}
