package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.options.Reduction;
import fathom.train.recipe.HyperParameters;
import fathom.vision.detection.BoxLosses;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.pyramid.BackboneWithFPN;
import fathom.vision.detection.pyramid.DetectionBackbone;
import fathom.vision.detection.pyramid.LastLevelP6P7;
import fathom.vision.detection.regions.AnchorGenerator;
import fathom.vision.detection.regions.BoxCoder;
import fathom.vision.detection.regions.BoxPredictions;
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
 * RetinaNet (Lin et al., 2017, "Focal Loss for Dense Object Detection") in torchvision's layout: a feature pyramid with
 * nine anchors per position, classified by the focal loss, which makes the many easy ones count little.
 *
 * <p>{@link #forward} returns logits and offsets of each anchor, {@code [N, A, classes + 1 + 4]}. The training step
 * reads no values.
 */
public final class RetinaNet extends GeneralizedDetector {
    private static final double[] RATIOS = {0.5, 1, 2};
    private static final double HIGH = 0.5;
    private static final double LOW = 0.4;

    private final DetectionBackbone backbone;
    private final RetinaNetHead head;

    private final transient AnchorGenerator anchorGenerator;
    private final transient BoxCoder coder = new BoxCoder(1, 1, 1, 1);
    private final transient ProposalMatcher matcher = ProposalMatcher.of(HIGH, LOW, true);

    private RetinaNet(List<String> classes, Options o) {
        super(classes, o.resizing(), o.selection());
        int channels = o.pyramidChannels();
        backbone =
                BackboneWithFPN.resnet(o.newBody(), List.of(2, 3, 4), channels, new LastLevelP6P7(channels, channels));
        anchorGenerator = new AnchorGenerator(sizes(o.anchorSize), RATIOS);
        head = new RetinaNetHead(channels, anchorGenerator.perLocation().getFirst(), numClasses());
    }

    /** Three sizes for each of five maps, in whole pixels. */
    private static double[][] sizes(int least) {
        var sizes = new double[5][];
        for (int i = 0; i < sizes.length; i++) {
            int x = least << i;
            sizes[i] = new double[] {x, (int) (x * Math.pow(2, 1.0 / 3)), (int) (x * Math.pow(2, 2.0 / 3))};
        }
        return sizes;
    }

    /** Options of RetinaNet; torchvision's defaults. */
    public static final class Options extends PyramidOptions<Options> {
        private int anchorSize = 32;

        private Options() {
            super(800, 1333, 0.05, 0.5, 300, 1000);
        }

        /** The least size of anchors in pixels, that of the largest map; each other map has twice the size. */
        public Options anchorSize(int pixels) {
            anchorSize = positive("anchorSize", pixels);
            return this;
        }
    }

    /** {@return a RetinaNet on a ResNet-50, for COCO's classes: 34,014,999 parameters} */
    public static RetinaNet retinanet_resnet50_fpn() {
        return retinanet_resnet50_fpn(CocoClasses.names(), o -> {});
    }

    /**
     * {@return a RetinaNet, with options}
     *
     * @param classes the names of the classes, without background
     */
    public static RetinaNet retinanet_resnet50_fpn(List<String> classes, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new RetinaNet(classes, o);
    }

    @Override
    Map<String, Tensor> outputs(Tensor x) {
        return head.outputs(backbone.features(x));
    }

    private AnchorOutputs heads(ImageBatch batch) {
        List<Tensor> features = backbone.features(batch.tensors());
        return new AnchorOutputs(
                anchorGenerator.anchors(features, batch.height(), batch.width()), head.outputs(features));
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, PaddedTargets targets) {
        AnchorOutputs heads = heads(batch);
        Tensor anchors = heads.anchors();
        Tensor matches = matcher.match(targets.iou(anchors));
        Tensor isObject = matches.ge(0);
        Tensor counts = isObject.to(anchors.dtype()).sum(1).clampMin(1);

        Tensor logits = heads.get("cls_logits");
        Tensor kinds = oneHot(targets.labelsAt(matches), isObject, logits);
        Tensor counted = matches.ne(ProposalMatcher.BETWEEN_THRESHOLDS).to(logits.dtype()).unsqueeze(2);
        Tensor focal = BoxLosses.sigmoidFocalLoss(logits, kinds, 0.25, 2, Reduction.NONE).mul(counted);

        Tensor offsets = coder.encode(targets.boxesAt(matches, anchors), anchors);
        Tensor errors = heads.get("bbox_regression").sub(offsets).abs().mul(isObject.to(anchors.dtype()).unsqueeze(2));

        var losses = new LinkedHashMap<String, Tensor>();
        losses.put("classification", focal.sum(new int[] {1, 2}).div(counts).mean());
        losses.put("bbox_regression", errors.sum(new int[] {1, 2}).div(counts).mean());
        return losses;
    }

    @Override
    Candidates candidates(ImageBatch batch) {
        AnchorOutputs heads = heads(batch);
        return new Candidates(
                coder.decode(heads.get("bbox_regression"), heads.anchors()), heads.get("cls_logits").sigmoid());
    }

    @Override
    List<BoxPredictions> predictions(ImageBatch batch, Selection how) {
        AnchorOutputs heads = heads(batch);
        var found = new ArrayList<BoxPredictions>();
        for (int i = 0; i < batch.sizes().size(); i++) {
            ImageSize size = batch.sizes().get(i);
            Tensor scores = heads.get("cls_logits").select(0, i).sigmoid();
            Tensor offsets = heads.get("bbox_regression").select(0, i);
            var all = new Selection.Candidates();
            long from = 0;
            for (Tensor level : heads.levels()) {
                long n = level.size(0);
                Tensor score = scores.narrow(0, from, n).reshape(-1);
                Tensor best = how.best(score);
                Tensor at = best.floorDivide(numClasses());
                Tensor boxes = coder.decode(offsets.narrow(0, from, n).indexSelect(0, at), level.indexSelect(0, at));
                all.add(
                        Boxes.clipBoxesToImage(boxes, size.height(), size.width()),
                        score.indexSelect(0, best),
                        best.remainder(numClasses()));
                from += n;
            }
            found.add(how.suppressed(all));
        }
        return found;
    }

    /** Trains a RetinaNet to find bananas, or objects of one's own. */
    public static final class Recipe extends DetectorRecipe {
        /** For {@code fathom train retinanet}. */
        public Recipe() {
            super(
                    "retinanet",
                    "RetinaNet: a feature pyramid, anchors and the focal loss",
                    HyperParameters.of("adam", 3e-4).withEpochs(10).withBatchSize(8).withClipNorm(10),
                    32,
                    true);
        }

        @Override
        GeneralizedDetector network(List<String> classes, Choice choice) {
            return retinanet_resnet50_fpn(classes, choice::pyramid);
        }
    }
}
