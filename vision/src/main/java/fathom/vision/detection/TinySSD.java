package fathom.vision.detection;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveMaxPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.vision.transforms.Transforms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The course's single-shot multibox detector (Liu et al., 2016, "SSD"), small: five scales of feature maps, on each of
 * which two convolutions predict the classes and the offsets of four anchors per pixel.
 *
 * {@snippet :
 * var net = new TinySSD(List.of("banana"));
 * var trainer = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 0.2, o -> o.weightDecay(5e-4))));
 * trainer.fit(DataLoader.of(data.train(), 32).shuffle(true), Epochs.of(20));
 * Detections found = net.detect(image, d -> d.threshold(0.9));
 * }
 *
 * <p>{@link #forward} returns the raw predictions {@code [N, A, classes + 1 + 4]}: logits of the classes, the first of
 * which is background, then offsets. Images of 256 x 256 pixels have 5,444 anchors.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/ssd.html">Dive into Deep Learning, Single Shot Multibox
 *     Detection</a>
 */
public final class TinySSD extends Detector {
    /** The side of the images that the anchors are made for, in pixels. */
    static final int SIDE = 256;

    private static final double[][] SIZES = {{0.2, 0.272}, {0.37, 0.447}, {0.54, 0.619}, {0.71, 0.79}, {0.88, 0.961}};
    private static final double[] RATIOS = {1, 2, 0.5};
    private static final int ANCHORS = SIZES[0].length + RATIOS.length - 1;

    private final ModuleList<Layer> blocks = new ModuleList<>();
    private final ModuleList<Conv2d> cls = new ModuleList<>();
    private final ModuleList<Conv2d> bbox = new ModuleList<>();

    /**
     * The predictions for a batch.
     *
     * @param anchors {@code [1, A, 4]}, as fractions of the image
     * @param classes logits {@code [N, A, classes + 1]}; the first is that of background
     * @param offsets {@code [N, 4 A]}
     */
    public record Predictions(Tensor anchors, Tensor classes, Tensor offsets) {}

    /** A detector of classes without names. */
    public TinySSD(int classes) {
        this(IntStream.range(0, classes).mapToObj(i -> String.format(Locale.ROOT, "class %d", i)).toList());
    }

    /** A detector of classes with names. */
    public TinySSD(List<String> classes) {
        super(classes);
        blocks.add(new Sequential(downsampling(3, 16), downsampling(16, 32), downsampling(32, 64)));
        blocks.add(downsampling(64, 128));
        blocks.add(downsampling(128, 128));
        blocks.add(downsampling(128, 128));
        blocks.add(new AdaptiveMaxPool2d(1, 1));
        for (int i = 0; i < SIZES.length; i++) {
            int channels = i == 0 ? 64 : 128;
            cls.add(new Conv2d(channels, ANCHORS * (classes.size() + 1), 3, c -> c.padding(1)));
            bbox.add(new Conv2d(channels, ANCHORS * 4, 3, c -> c.padding(1)));
        }
    }

    /** Two convolutions with batch norm, then half the resolution. */
    private static Sequential downsampling(int in, int out) {
        return new Sequential(
                new Conv2d(in, out, 3, c -> c.padding(1)),
                new BatchNorm2d(out),
                new ReLU(),
                new Conv2d(out, out, 3, c -> c.padding(1)),
                new BatchNorm2d(out),
                new ReLU(),
                new MaxPool2d(2));
    }

    /**
     * {@return the predictions for a batch}
     *
     * @param x images {@code [N, 3, H, W]}, of at least 64 x 64 pixels
     */
    public Predictions predictions(Tensor x) {
        var anchors = new ArrayList<Tensor>();
        var classes = new ArrayList<Tensor>();
        var offsets = new ArrayList<Tensor>();
        Tensor features = x;
        for (int i = 0; i < blocks.size(); i++) {
            features = blocks.get(i).call(features);
            anchors.add(Anchors.multiboxPrior(features, SIZES[i], RATIOS));
            classes.add(perAnchor(cls.get(i).call(features), classes().size() + 1));
            offsets.add(perAnchor(bbox.get(i).call(features), 4));
        }
        Tensor all = Tensors.cat(offsets, 1);
        return new Predictions(
                Tensors.cat(anchors, 1), Tensors.cat(classes, 1), all.reshape(all.size(0), all.size(1) * 4));
    }

    /** {@return predictions [N, k n, H, W] by anchor: [N, H W k, n]} */
    private static Tensor perAnchor(Tensor x, int n) {
        return x.permute(0, 2, 3, 1).reshape(x.size(0), x.size(1) / n * x.size(2) * x.size(3), n);
    }

    @Override
    public Tensor forward(Tensor x) {
        Predictions p = predictions(x);
        return Tensors.cat(List.of(p.classes, p.offsets.reshape(x.size(0), p.classes.size(1), 4)), 2);
    }

    /** {@return the anchors of images of a size, {@code [1, A, 4]}} */
    static Tensor anchors(int height, int width) {
        var anchors = new ArrayList<Tensor>();
        for (int i = 0; i < SIZES.length; i++) {
            boolean isLast = i == SIZES.length - 1;
            Tensor map = Tensors.empty(isLast ? 1 : height >> 3 + i, isLast ? 1 : width >> 3 + i);
            anchors.add(Anchors.multiboxPrior(map, SIZES[i], RATIOS));
        }
        return Tensors.cat(anchors, 1);
    }

    /** {@return the training of this network: losses of the classes and of the boxes, and their errors} */
    public DetectionTask task() {
        return new DetectionTask(this);
    }

    @Override
    protected Tensor prepare(Tensor image) {
        return image.size(1) == SIDE && image.size(2) == SIDE ? image : Transforms.resize(SIDE, SIDE).apply(image);
    }

    @Override
    public Candidates candidates(Tensor images) {
        Predictions p = predictions(images);
        Tensor offsets = p.offsets.reshape(images.size(0), p.classes.size(1), 4);
        return new Candidates(
                Anchors.offsetInverse(p.anchors.squeeze(0), offsets),
                p.classes.softmax(2).narrow(2, 1, classes().size()));
    }

    /** Objects of different classes suppress each other, as in the course. */
    @Override
    public List<Detections> detections(Tensor images, DetectOptions options) {
        Predictions p = predictions(images);
        Tensor anchors = p.anchors.squeeze(0);
        var best = p.classes.softmax(2).narrow(2, 1, classes().size()).max(2);
        var found = new ArrayList<Detections>();
        Tensor sides =
                anchors.newTensor(
                        new double[] {images.size(3), images.size(2), images.size(3), images.size(2)}, anchors.dtype());
        for (long i = 0; i < images.size(0); i++) {
            Tensor score = best.values().select(0, i);
            Tensor chosen = score.ge(options.threshold()).nonzero().squeeze(1);
            Tensor offset = p.offsets.select(0, i).reshape(-1, 4).indexSelect(0, chosen);
            Tensor boxes = Anchors.offsetInverse(anchors.indexSelect(0, chosen), offset).mul(sides);
            Tensor scores = score.indexSelect(0, chosen);
            long[] kept = Suppression.kept(boxes, scores, null, options.nmsThreshold());
            Tensor index =
                    chosen.newTensor(Arrays.copyOf(kept, Math.min(kept.length, options.limit())), chosen.dtype());
            found.add(
                    new Detections(
                            boxes.indexSelect(0, index),
                            best.indices().select(0, i).indexSelect(0, chosen).indexSelect(0, index),
                            scores.indexSelect(0, index),
                            classes()));
        }
        return found;
    }

    /** The course's training of this network, section 13.7. */
    public static final class Recipe extends BananaRecipe {
        /** For {@code fathom train tinyssd}. */
        public Recipe() {}
    }
}
