package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.train.recipe.HyperParameters;
import fathom.vision.detection.pyramid.BackboneWithFPN;
import fathom.vision.detection.pyramid.DetectionBackbone;
import fathom.vision.detection.pyramid.LastLevelMaxPool;
import fathom.vision.detection.regions.AnchorGenerator;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.MultiScaleRoIAlign;
import fathom.vision.detection.regions.PaddedTargets;
import fathom.vision.models.MobileNetV3;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Faster R-CNN (Ren et al., 2015) on a feature pyramid, in torchvision's layout: a network proposes regions, which are
 * pooled, classified and moved.
 *
 * <p>{@link #forward} returns objectness and offsets of each anchor, {@code [N, A, 1 + 4]}, those of the proposal
 * network alone. Suppression of proposals reads values, so training steps are not captured.
 */
public final class FasterRCNN extends GeneralizedDetector {
    private static final double[] RATIOS = {0.5, 1, 2};
    private static final int POOLED = 7;
    private static final int SAMPLES = 2;

    private final DetectionBackbone backbone;
    private final RegionProposalNetwork rpn;
    private final RoIHeads roiHeads;

    private FasterRCNN(List<String> classes, DetectionBackbone backbone, AnchorGenerator anchors, Options o) {
        super(classes, o.resizing(), o.selection());
        this.backbone = backbone;
        int channels = backbone.outChannels().getFirst();
        rpn = new RegionProposalNetwork(channels, anchors, o);
        roiHeads =
                new RoIHeads(
                        channels,
                        o.hidden,
                        numClasses(),
                        new MultiScaleRoIAlign(POOLED, SAMPLES),
                        o.boxBatchSizePerImage);
    }

    /** Options of Faster R-CNN; torchvision's defaults. */
    public static final class Options extends PyramidOptions<Options> {
        int rpnPreNmsTopNTrain = 2000;
        int rpnPreNmsTopNTest = 1000;
        int rpnPostNmsTopNTrain = 2000;
        int rpnPostNmsTopNTest = 1000;
        double rpnScoreThresh;
        int rpnBatchSizePerImage = 256;
        private int boxBatchSizePerImage = 512;
        private int hidden = 1024;
        private int anchorSize = 32;
        private Supplier<MobileNetV3> mobile = MobileNetV3::mobilenet_v3_large;

        private Options() {
            super(800, 1333, 0.05, 0.5, 100, Integer.MAX_VALUE);
        }

        /** The numbers of proposals per map before suppression, in training and else; 2,000 and 1,000 unless set. */
        public Options rpnPreNmsTopN(int training, int testing) {
            rpnPreNmsTopNTrain = positive("rpnPreNmsTopN", training);
            rpnPreNmsTopNTest = positive("rpnPreNmsTopN", testing);
            return this;
        }

        /** The numbers of proposals per image after suppression, in training and else; 2,000 and 1,000 unless set. */
        public Options rpnPostNmsTopN(int training, int testing) {
            rpnPostNmsTopNTrain = positive("rpnPostNmsTopN", training);
            rpnPostNmsTopNTest = positive("rpnPostNmsTopN", testing);
            return this;
        }

        /** The least objectness of proposals; 0 unless set. */
        public Options rpnScoreThresh(double score) {
            rpnScoreThresh = score;
            return this;
        }

        /** The number of anchors per image that train the proposals; 256 unless set. */
        public Options rpnBatchSizePerImage(int anchors) {
            rpnBatchSizePerImage = positive("rpnBatchSizePerImage", anchors);
            return this;
        }

        /** The number of proposals per image that train the classification; 512 unless set. */
        public Options boxBatchSizePerImage(int proposals) {
            boxBatchSizePerImage = positive("boxBatchSizePerImage", proposals);
            return this;
        }

        /** The units of the two linear layers; 1,024 unless set. */
        public Options hidden(int units) {
            hidden = positive("hidden", units);
            return this;
        }

        /** The least size of anchors in pixels, that of the largest map; each other map has twice the size. */
        public Options anchorSize(int pixels) {
            anchorSize = positive("anchorSize", pixels);
            return this;
        }

        /** Creates the network whose features {@link #fasterrcnn_mobilenet_v3_large_320_fpn} uses. */
        public Options mobile(Supplier<MobileNetV3> mobile) {
            this.mobile = mobile;
            return this;
        }
    }

    /** {@return Faster R-CNN on a ResNet-50, for COCO's classes: 41,755,286 parameters} */
    public static FasterRCNN fasterrcnn_resnet50_fpn() {
        return fasterrcnn_resnet50_fpn(CocoClasses.names(), o -> {});
    }

    /**
     * {@return Faster R-CNN on a residual network, with options}
     *
     * @param classes the names of the classes, without background
     */
    public static FasterRCNN fasterrcnn_resnet50_fpn(List<String> classes, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        var sizes = new double[5][];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = new double[] {o.anchorSize << i};
        }
        var backbone =
                BackboneWithFPN.resnet(o.newBody(), List.of(1, 2, 3, 4), o.pyramidChannels(), new LastLevelMaxPool());
        return new FasterRCNN(classes, backbone, new AnchorGenerator(sizes, RATIOS), o);
    }

    /** {@return a small Faster R-CNN on MobileNetV3, for images of 320 pixels and COCO's classes: 19,386,354} */
    public static FasterRCNN fasterrcnn_mobilenet_v3_large_320_fpn() {
        return fasterrcnn_mobilenet_v3_large_320_fpn(CocoClasses.names(), o -> {});
    }

    /**
     * {@return a small Faster R-CNN, with options}
     *
     * @param classes the names of the classes, without background
     */
    public static FasterRCNN fasterrcnn_mobilenet_v3_large_320_fpn(
            List<String> classes, Consumer<? super Options> options) {
        var o = new Options();
        o.minSize(320).maxSize(640).rpnScoreThresh(0.05);
        o.rpnPreNmsTopN(o.rpnPreNmsTopNTrain, 150).rpnPostNmsTopN(o.rpnPostNmsTopNTrain, 150);
        options.accept(o);
        int least = o.anchorSize;
        double[] sizes = {least, least * 2, least * 4, least * 8, least * 16};
        var backbone = BackboneWithFPN.mobilenet(o.mobile.get(), o.pyramidChannels(), new LastLevelMaxPool());
        return new FasterRCNN(classes, backbone, new AnchorGenerator(new double[][] {sizes, sizes, sizes}, RATIOS), o);
    }

    /** {@return the maps on which regions are pooled: all but the extra one} */
    private static List<Tensor> pooled(List<Tensor> features) {
        return features.subList(0, features.size() - 1);
    }

    @Override
    Map<String, Tensor> outputs(Tensor x) {
        return rpn.outputs(backbone.features(x));
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, PaddedTargets targets) {
        List<Tensor> features = backbone.features(batch.tensors());
        Map<String, Tensor> outputs = rpn.outputs(features);
        List<Tensor> anchors = rpn.anchors(features, batch);
        List<Tensor> proposals = rpn.proposals(outputs, anchors, batch);
        var losses = new LinkedHashMap<String, Tensor>();
        roiHeads.losses(pooled(features), proposals, batch, targets, losses);
        rpn.losses(outputs, Tensors.cat(anchors, 0), targets, losses);
        return losses;
    }

    @Override
    List<BoxPredictions> predictions(ImageBatch batch, Selection how) {
        List<Tensor> features = backbone.features(batch.tensors());
        List<Tensor> proposals = rpn.proposals(rpn.outputs(features), rpn.anchors(features, batch), batch);
        return roiHeads.predictions(pooled(features), proposals, batch, how);
    }

    /** Trains a Faster R-CNN to find bananas, or objects of one's own. */
    public static final class Recipe extends DetectorRecipe {
        /** For {@code fathom train faster-rcnn}. */
        public Recipe() {
            super(
                    "faster-rcnn",
                    "Faster R-CNN: regions proposed on a feature pyramid, then classified",
                    HyperParameters.of("adam", 3e-4).withEpochs(10).withBatchSize(8).withClipNorm(10),
                    32,
                    true);
        }

        @Override
        GeneralizedDetector network(List<String> classes, Choice choice) {
            return fasterrcnn_resnet50_fpn(
                    classes,
                    o -> {
                        int most = choice.size() < 600 ? 200 : 2000; // fewer anchors, fewer proposals
                        choice.pyramid(o).rpnPreNmsTopN(most, Math.min(most, 1000));
                        o.rpnPostNmsTopN(most, Math.min(most, 1000))
                                .boxBatchSizePerImage(choice.size() < 600 ? 64 : 512);
                        o.hidden(choice.size() < 600 ? 256 : 1024);
                    });
        }
    }
}
