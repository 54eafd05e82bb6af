package fathom.vision.detection.models;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import fathom.train.recipe.HyperParameters;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.pyramid.DetectionBackbone;
import fathom.vision.detection.regions.BoxCoder;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.DefaultBoxGenerator;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.ImageSize;
import fathom.vision.detection.regions.PaddedTargets;
import fathom.vision.detection.regions.ProposalMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * SSD300 on VGG-16 (Liu et al., 2016, "SSD: Single Shot MultiBox Detector") in torchvision's layout: 8,732 default
 * boxes on six feature maps of images that are resized to 300 x 300 pixels; of the negative ones three times as many as
 * there are positive ones are trained, those of the greatest loss.
 *
 * <p>{@link #forward} returns offsets and logits of each box, {@code [N, 8732, 4 + classes + 1]}. The training step
 * reads no values.
 */
public final class SSD extends GeneralizedDetector {
    private static final int SIDE = 300;
    private static final double[] MEAN = {0.48235, 0.45882, 0.40784};
    private static final double[] STD = {1 / 255.0, 1 / 255.0, 1 / 255.0};
    private static final double IOU = 0.5;
    private static final double NEGATIVES = 3;

    private final DetectionBackbone backbone;
    private final SSDHead head;

    private final transient DefaultBoxGenerator boxGenerator =
            new DefaultBoxGenerator(
                    new double[][] {{2}, {2, 3}, {2, 3}, {2, 3}, {2}, {2}},
                    new double[] {0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05},
                    new double[] {8, 16, 32, 64, 100, 300});
    private final transient BoxCoder coder = new BoxCoder(10, 10, 5, 5);
    private final transient ProposalMatcher matcher = ProposalMatcher.ssd(IOU);

    private SSD(List<String> classes, Options o) {
        super(classes, o.square(SIDE), o.selection());
        backbone = new SSDFeatureExtractorVGG(o.divisor);
        head = new SSDHead(backbone.outChannels(), boxGenerator.perLocation(), numClasses());
    }

    /** Options of SSD; torchvision's defaults. */
    public static final class Options extends DetectorOptions<Options> {
        private int divisor = 1;

        private Options() {
            super(SIDE, SIDE, 0.01, 0.45, 200, 400);
            normalization(MEAN, STD);
        }

        /** Divides the channels of all convolutions, for a smaller network; 1 unless set, at most 128. */
        public Options divisor(int divisor) {
            if (divisor < 1 || divisor > 64) {
                throw new IllegalArgumentException("divisor: must be from 1 to 64, is " + divisor);
            }
            this.divisor = divisor;
            return this;
        }
    }

    /** {@return SSD300 on VGG-16, for COCO's classes: 35,641,826 parameters} */
    public static SSD ssd300_vgg16() {
        return ssd300_vgg16(CocoClasses.names(), o -> {});
    }

    /**
     * {@return SSD300, with options}
     *
     * @param classes the names of the classes, without background
     */
    public static SSD ssd300_vgg16(List<String> classes, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new SSD(classes, o);
    }

    @Override
    Map<String, Tensor> outputs(Tensor x) {
        return head.outputs(backbone.features(x));
    }

    private AnchorOutputs heads(ImageBatch batch) {
        List<Tensor> features = backbone.features(batch.tensors());
        return new AnchorOutputs(boxGenerator.anchors(features, batch.height(), batch.width()), head.outputs(features));
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, PaddedTargets targets) {
        AnchorOutputs heads = heads(batch);
        Tensor anchors = heads.anchors();
        Tensor matches = matcher.match(targets.iou(anchors));
        Tensor isObject = matches.ge(0);
        Tensor weight = isObject.to(anchors.dtype());
        Tensor count = weight.sum().clampMin(1);

        Tensor offsets = coder.encode(targets.boxesAt(matches, anchors), anchors);
        Tensor errors = Tensors.smoothL1Loss(heads.get("bbox_regression"), offsets, 1, Reduction.NONE);

        Tensor logits = heads.get("cls_logits");
        Tensor labels = targets.labelsAt(matches).where(isObject, 0);
        Tensor entropy =
                Tensors.crossEntropy(
                                logits.reshape(-1, logits.size(2)),
                                labels.reshape(-1),
                                o -> o.reduction(Reduction.NONE))
                        .reshape(labels.shape().dims());
        Tensor used = weight.add(hardNegatives(entropy, isObject).to(weight.dtype()));

        var losses = new LinkedHashMap<String, Tensor>();
        losses.put("bbox_regression", errors.mul(weight.unsqueeze(2)).sum().div(count));
        losses.put("classification", entropy.mul(used).sum().div(count));
        return losses;
    }

    /** {@return the boxes of background with the greatest losses, three times as many as there are objects} */
    private static Tensor hardNegatives(Tensor entropy, Tensor isObject) {
        try (var _ = Autograd.noGrad()) {
            Tensor loss = entropy.detach().maskedFill(isObject, Double.NEGATIVE_INFINITY);
            Tensor rank = loss.argsort(1, true).argsort(1);
            return rank.lt(isObject.to(DType.FLOAT32).sum(1).mul(NEGATIVES).unsqueeze(1));
        }
    }

    @Override
    Candidates candidates(ImageBatch batch) {
        AnchorOutputs heads = heads(batch);
        return new Candidates(
                coder.decode(heads.get("bbox_regression"), heads.anchors()), heads.get("cls_logits").softmax(2));
    }

    @Override
    List<BoxPredictions> predictions(ImageBatch batch, Selection how) {
        Candidates candidates = candidates(batch);
        var found = new ArrayList<BoxPredictions>();
        for (int i = 0; i < batch.sizes().size(); i++) {
            ImageSize size = batch.sizes().get(i);
            Tensor clipped = Boxes.clipBoxesToImage(candidates.boxes().select(0, i), size.height(), size.width());
            var all = new Selection.Candidates();
            for (int label = 1; label < numClasses(); label++) {
                Tensor score = candidates.scores().select(0, i).select(1, label);
                Tensor best = how.best(score);
                all.add(
                        clipped.indexSelect(0, best),
                        score.indexSelect(0, best),
                        best.newFull(label, DType.INT64, best.size(0)));
            }
            found.add(how.suppressed(all));
        }
        return found;
    }

    /** Trains SSD300 to find bananas, or objects of one's own. */
    public static final class Recipe extends DetectorRecipe {
        /** For {@code fathom train ssd300}. */
        public Recipe() {
            super(
                    "ssd300",
                    "SSD300 on VGG-16: default boxes on six maps, hard negatives",
                    HyperParameters.of("adam", 3e-4).withEpochs(10).withBatchSize(8).withClipNorm(10),
                    16,
                    false);
        }

        @Override
        GeneralizedDetector network(List<String> classes, Choice choice) {
            return ssd300_vgg16(classes, o -> o.divisor(choice.divisor()));
        }
    }
}
