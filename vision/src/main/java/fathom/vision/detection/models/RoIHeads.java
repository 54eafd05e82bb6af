package fathom.vision.detection.models;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Linear;
import fathom.options.Reduction;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.regions.BalancedSampler;
import fathom.vision.detection.regions.BoxCoder;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.ImageSize;
import fathom.vision.detection.regions.MultiScaleRoIAlign;
import fathom.vision.detection.regions.PaddedTargets;
import fathom.vision.detection.regions.ProposalMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Classifies proposals, and moves their boxes for each class (Girshick, 2015, "Fast R-CNN"). */
final class RoIHeads extends Block {
    private static final double IOU = 0.5;
    private static final double LEAST_SIDE = 1e-2;
    private static final double BETA = 1 / 9.0;

    private final TwoMLPHead boxHead;
    private final FastRCNNPredictor boxPredictor;

    private final transient MultiScaleRoIAlign pool;
    private final transient BoxCoder coder = new BoxCoder(10, 10, 5, 5);
    private final transient ProposalMatcher matcher = ProposalMatcher.of(IOU, IOU, false);
    private final transient BalancedSampler sampler;
    private final int classes;

    RoIHeads(int channels, int hidden, int classes, MultiScaleRoIAlign pool, int batchSizePerImage) {
        boxHead = new TwoMLPHead(channels * pool.outputSize() * pool.outputSize(), hidden);
        boxPredictor = new FastRCNNPredictor(hidden, classes);
        this.pool = pool;
        this.classes = classes;
        sampler = new BalancedSampler(batchSizePerImage, 0.25);
    }

    /** Two linear layers with ReLU. */
    private static final class TwoMLPHead extends Block {
        private final Linear fc6;
        private final Linear fc7;

        TwoMLPHead(int in, int hidden) {
            fc6 = new Linear(in, hidden);
            fc7 = new Linear(hidden, hidden);
        }

        Tensor features(Tensor pooled) {
            return fc7.call(fc6.call(pooled.flatten(1)).relu()).relu();
        }
    }

    /** Scores of the classes, and an offset for each. */
    private static final class FastRCNNPredictor extends Block {
        private final Linear clsScore;
        private final Linear bboxPred;

        FastRCNNPredictor(int in, int classes) {
            clsScore = new Linear(in, classes);
            bboxPred = new Linear(in, classes * 4);
        }
    }

    /**
     * Predictions for all regions.
     *
     * @param logits {@code [K, classes]}
     * @param offsets {@code [K, classes, 4]}
     */
    record Scores(Tensor logits, Tensor offsets) {}

    /**
     * {@return the predictions for the regions of all images}
     *
     * @param maps of the pyramid, without the extra one
     */
    Scores scores(List<Tensor> maps, List<Tensor> regions, ImageBatch batch) {
        Tensor x = boxHead.features(pool.pool(maps, regions, batch.sizes()));
        return new Scores(boxPredictor.clsScore.call(x), boxPredictor.bboxPred.call(x).reshape(x.size(0), classes, 4));
    }

    /** Adds the losses of a random sample of the proposals and of the objects themselves. */
    void losses(
            List<Tensor> maps,
            List<Tensor> proposals,
            ImageBatch batch,
            PaddedTargets targets,
            Map<String, Tensor> losses) {
        var regions = new ArrayList<Tensor>();
        var labels = new ArrayList<Tensor>();
        var offsets = new ArrayList<Tensor>();
        try (var _ = Autograd.noGrad()) {
            for (int i = 0; i < proposals.size(); i++) {
                var ofImage = new PaddedTargets(targets.boxes().narrow(0, i, 1), targets.labels().narrow(0, i, 1));
                Tensor present = ofImage.isPresent().squeeze(0).nonzero().squeeze(1);
                Tensor truth = ofImage.boxes().squeeze(0).indexSelect(0, present).to(proposals.get(i).dtype());
                Tensor all = Tensors.cat(List.of(proposals.get(i), truth), 0);
                if (all.size(0) == 0) {
                    continue;
                }
                Tensor matches = matcher.match(ofImage.iou(all)); // [1, K]
                Tensor label = ofImage.labelsAt(matches).where(matches.ge(0), 0);
                BalancedSampler.Sample sample = sampler.sample(label);
                Tensor chosen = sample.positive().logicalOr(sample.negative()).squeeze(0).nonzero().squeeze(1);
                Tensor boxes = ofImage.boxesAt(matches, all).squeeze(0).indexSelect(0, chosen);
                Tensor region = all.indexSelect(0, chosen);
                regions.add(region);
                labels.add(label.squeeze(0).indexSelect(0, chosen));
                offsets.add(coder.encode(boxes, region));
            }
        }
        Tensor label = Tensors.cat(labels, 0);
        Scores scores = scores(maps, regions, batch);
        Tensor isObject = label.gt(0).to(scores.logits.dtype()).unsqueeze(1);
        Tensor at = label.reshape(-1, 1, 1).expand(label.size(0), 1, 4);
        Tensor errors =
                Tensors.smoothL1Loss(
                        scores.offsets.gather(1, at).squeeze(1), Tensors.cat(offsets, 0), BETA, Reduction.NONE);
        losses.put("loss_classifier", Tensors.crossEntropy(scores.logits, label));
        losses.put("loss_box_reg", errors.mul(isObject).sum().div(label.size(0)));
    }

    /** {@return the objects in each image} */
    List<BoxPredictions> predictions(List<Tensor> maps, List<Tensor> proposals, ImageBatch batch, Selection how) {
        Scores scores = scores(maps, proposals, batch);
        Tensor boxes = coder.decode(scores.offsets, Tensors.cat(proposals, 0).unsqueeze(1));
        Tensor probabilities = scores.logits.softmax(1);
        var found = new ArrayList<BoxPredictions>();
        long from = 0;
        for (int i = 0; i < proposals.size(); i++) {
            long n = proposals.get(i).size(0);
            ImageSize size = batch.sizes().get(i);
            Tensor clipped =
                    Boxes.clipBoxesToImage(
                            boxes.narrow(0, from, n).narrow(1, 1, classes - 1).reshape(-1, 4),
                            size.height(),
                            size.width());
            Tensor score = probabilities.narrow(0, from, n).narrow(1, 1, classes - 1).reshape(-1);
            Tensor side = clipped.narrow(1, 2, 2).sub(clipped.narrow(1, 0, 2));
            Tensor isKept = score.gt(how.score()).logicalAnd(side.ge(LEAST_SIDE).all(1));
            Tensor kept = isKept.nonzero().squeeze(1);
            var all = new Selection.Candidates();
            all.add(
                    clipped.indexSelect(0, kept),
                    score.indexSelect(0, kept),
                    kept.remainder(classes - 1).add(1).to(DType.INT64));
            found.add(how.suppressed(all));
            from += n;
        }
        return found;
    }
}
