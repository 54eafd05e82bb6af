package fathom.vision.detection.models;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import fathom.train.recipe.HyperParameters;
import fathom.vision.detection.BoxLosses;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.pyramid.BackboneWithFPN;
import fathom.vision.detection.pyramid.DetectionBackbone;
import fathom.vision.detection.pyramid.LastLevelP6P7;
import fathom.vision.detection.regions.AnchorGenerator;
import fathom.vision.detection.regions.BoxLinearCoder;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.ImageSize;
import fathom.vision.detection.regions.PaddedTargets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * FCOS (Tian et al., 2019, "Fully Convolutional One-Stage Object Detection") in torchvision's layout: a feature pyramid
 * whose positions near the centre of an object predict the distances to its sides; no anchors of several sizes.
 *
 * <p>{@link #forward} returns logits, distances and centre-ness of each position, {@code [N, A, classes + 1 + 4 + 1]}.
 * The training step reads no values.
 */
public final class FCOS extends GeneralizedDetector {
    /** From which one less is taken, the area of boxes, so that the smallest box is best. */
    private static final double LARGE = 1e8;

    private final DetectionBackbone backbone;
    private final FCOSHead head;

    private final transient AnchorGenerator anchorGenerator;
    private final transient double radius;

    private FCOS(List<String> classes, Options o) {
        super(classes, o.resizing(), o.selection());
        int channels = o.pyramidChannels();
        backbone =
                BackboneWithFPN.resnet(o.newBody(), List.of(2, 3, 4), channels, new LastLevelP6P7(channels, channels));
        anchorGenerator = new AnchorGenerator(new double[][] {{8}, {16}, {32}, {64}, {128}}, 1);
        radius = o.centerSamplingRadius;
        head = new FCOSHead(channels, numClasses());
    }

    /** Options of FCOS; torchvision's defaults. */
    public static final class Options extends PyramidOptions<Options> {
        private double centerSamplingRadius = 1.5;

        private Options() {
            super(800, 1333, 0.2, 0.6, 100, 1000);
        }

        /** The greatest distance of positive positions from an object's centre, in steps of the map; 1.5 unless set. */
        public Options centerSamplingRadius(double steps) {
            centerSamplingRadius = steps;
            return this;
        }
    }

    /** {@return FCOS on a ResNet-50, for COCO's classes: 32,269,600 parameters} */
    public static FCOS fcos_resnet50_fpn() {
        return fcos_resnet50_fpn(CocoClasses.names(), o -> {});
    }

    /**
     * {@return FCOS, with options}
     *
     * @param classes the names of the classes, without background
     */
    public static FCOS fcos_resnet50_fpn(List<String> classes, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new FCOS(classes, o);
    }

    @Override
    Map<String, Tensor> outputs(Tensor x) {
        return head.outputs(backbone.features(x));
    }

    /** {@return the object of each position, [B, A]; -1 for background} */
    private Tensor matches(List<Tensor> levels, PaddedTargets targets) {
        try (var _ = Autograd.noGrad()) {
            Tensor anchors = Tensors.cat(levels, 0).unsqueeze(1); // [A, 1, 4]
            Tensor boxes = targets.boxes().to(anchors.dtype()).unsqueeze(1); // [B, 1, M, 4]
            Tensor centre = anchors.narrow(2, 0, 2).add(anchors.narrow(2, 2, 2)).div(2);
            Tensor size = anchors.select(2, 2).sub(anchors.select(2, 0)); // [A, 1]
            Tensor middle = boxes.narrow(3, 0, 2).add(boxes.narrow(3, 2, 2)).div(2);
            Tensor isNear = centre.sub(middle).abs().amax(3).lt(size.mul(radius)); // [B, A, M]
            Tensor start = centre.sub(boxes.narrow(3, 0, 2));
            Tensor end = boxes.narrow(3, 2, 2).sub(centre);
            Tensor isInside = Tensors.minimum(start, end).amin(3).gt(0);
            Tensor farthest = Tensors.maximum(start, end).amax(3);
            Tensor isOfScale = farthest.gt(bounds(levels, true)).logicalAnd(farthest.lt(bounds(levels, false)));
            Tensor side = boxes.narrow(3, 2, 2).sub(boxes.narrow(3, 0, 2));
            Tensor value = side.select(3, 0).mul(side.select(3, 1)).rsub(LARGE); // [B, 1, M]
            Tensor fits = isNear.logicalAnd(isInside).logicalAnd(isOfScale);
            var best = value.where(fits.logicalAnd(targets.isPresent().unsqueeze(1)), 0).max(2);
            return best.indices().where(best.values().ge(1e-5), -1);
        }
    }

    /** {@return the least or the greatest distances that each position is responsible for, [A, 1]} */
    private static Tensor bounds(List<Tensor> levels, boolean least) {
        var bounds = new ArrayList<Tensor>();
        for (int i = 0; i < levels.size(); i++) {
            Tensor level = levels.get(i);
            Tensor size = level.select(1, 2).sub(level.select(1, 0)).unsqueeze(1);
            boolean isOpen = i == (least ? 0 : levels.size() - 1);
            double open = least ? 0 : Double.POSITIVE_INFINITY;
            bounds.add(isOpen ? size.newFull(open, size.dtype(), size.size(0), 1) : size.mul(least ? 4 : 8));
        }
        return Tensors.cat(bounds, 0);
    }

    private AnchorOutputs heads(ImageBatch batch) {
        List<Tensor> features = backbone.features(batch.tensors());
        return new AnchorOutputs(
                anchorGenerator.anchors(features, batch.height(), batch.width()), head.outputs(features));
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, PaddedTargets targets) {
        AnchorOutputs heads = heads(batch);
        List<Tensor> levels = heads.levels();
        Tensor anchors = heads.anchors();
        Tensor matches = matches(levels, targets);
        Tensor isObject = matches.ge(0);
        Tensor weight = isObject.to(anchors.dtype());
        Tensor count = weight.sum().clampMin(1);

        Tensor logits = heads.get("cls_logits");
        Tensor kinds = oneHot(targets.labelsAt(matches), isObject, logits);
        Tensor boxes = targets.boxesAt(matches, anchors);
        Tensor found = BoxLinearCoder.decode(heads.get("bbox_regression"), anchors);
        Tensor overlap = BoxLosses.generalizedBoxIouLoss(found, boxes);
        Tensor centreness =
                Tensors.bceWithLogits(
                        heads.get("bbox_ctrness").squeeze(2),
                        centreness(BoxLinearCoder.encode(anchors, boxes)),
                        o -> o.reduction(Reduction.NONE));

        var losses = new LinkedHashMap<String, Tensor>();
        losses.put("classification", BoxLosses.sigmoidFocalLoss(logits, kinds, 0.25, 2, Reduction.SUM).div(count));
        losses.put("bbox_regression", overlap.mul(weight).sum().div(count));
        losses.put("bbox_ctrness", centreness.mul(weight).sum().div(count));
        return losses;
    }

    /** {@return how central positions are, [B, A], from distances [B, A, 4]} */
    private static Tensor centreness(Tensor distances) {
        Tensor before = distances.narrow(2, 0, 2);
        Tensor after = distances.narrow(2, 2, 2);
        Tensor ratio = Tensors.minimum(before, after).div(Tensors.maximum(before, after));
        return ratio.select(2, 0).mul(ratio.select(2, 1)).sqrt();
    }

    @Override
    Candidates candidates(ImageBatch batch) {
        AnchorOutputs heads = heads(batch);
        return new Candidates(BoxLinearCoder.decode(heads.get("bbox_regression"), heads.anchors()), scores(heads));
    }

    /** {@return the geometric mean of classes and centreness, [N, A, classes]} */
    private static Tensor scores(AnchorOutputs heads) {
        return heads.get("cls_logits").sigmoid().mul(heads.get("bbox_ctrness").sigmoid()).sqrt();
    }

    @Override
    List<BoxPredictions> predictions(ImageBatch batch, Selection how) {
        AnchorOutputs heads = heads(batch);
        Tensor all = scores(heads);
        var found = new ArrayList<BoxPredictions>();
        for (int i = 0; i < batch.sizes().size(); i++) {
            ImageSize size = batch.sizes().get(i);
            Tensor scores = all.select(0, i);
            Tensor distances = heads.get("bbox_regression").select(0, i);
            var candidates = new Selection.Candidates();
            long from = 0;
            for (Tensor level : heads.levels()) {
                long n = level.size(0);
                Tensor score = scores.narrow(0, from, n).reshape(-1);
                Tensor best = how.best(score);
                Tensor at = best.floorDivide(numClasses());
                Tensor boxes =
                        BoxLinearCoder.decode(
                                distances.narrow(0, from, n).indexSelect(0, at), level.indexSelect(0, at));
                candidates.add(
                        Boxes.clipBoxesToImage(boxes, size.height(), size.width()),
                        score.indexSelect(0, best),
                        best.remainder(numClasses()));
                from += n;
            }
            found.add(how.suppressed(candidates));
        }
        return found;
    }

    /** Trains FCOS to find bananas, or objects of one's own. */
    public static final class Recipe extends DetectorRecipe {
        /** For {@code fathom train fcos}. */
        public Recipe() {
            super(
                    "fcos",
                    "FCOS: a feature pyramid whose positions predict boxes, without anchors",
                    HyperParameters.of("adam", 3e-4).withEpochs(10).withBatchSize(8).withClipNorm(10),
                    32,
                    true);
        }

        @Override
        GeneralizedDetector network(List<String> classes, Choice choice) {
            return fcos_resnet50_fpn(classes, choice::pyramid);
        }
    }
}
