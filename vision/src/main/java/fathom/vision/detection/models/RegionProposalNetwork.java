package fathom.vision.detection.models;

import static fathom.vision.detection.models.AnchorOutputs.of;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.regions.AnchorGenerator;
import fathom.vision.detection.regions.BalancedSampler;
import fathom.vision.detection.regions.BoxCoder;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.ImageSize;
import fathom.vision.detection.regions.PaddedTargets;
import fathom.vision.detection.regions.ProposalMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds boxes that may hold objects of any class (Ren et al., 2015, "Faster R-CNN", section 3). */
final class RegionProposalNetwork extends Block {
    private static final double HIGH = 0.7;
    private static final double LOW = 0.3;
    private static final double NMS = 0.7;
    private static final double LEAST_SIDE = 1e-3;
    private static final double BETA = 1 / 9.0;

    private final RPNHead head;

    private final transient AnchorGenerator anchorGenerator;
    private final transient BoxCoder coder = new BoxCoder(1, 1, 1, 1);
    private final transient ProposalMatcher matcher = ProposalMatcher.of(HIGH, LOW, true);
    private final transient BalancedSampler sampler;
    private final transient FasterRCNN.Options options;

    RegionProposalNetwork(int channels, AnchorGenerator anchors, FasterRCNN.Options options) {
        head = new RPNHead(channels, anchors.perLocation().getFirst());
        anchorGenerator = anchors;
        sampler = new BalancedSampler(options.rpnBatchSizePerImage, 0.5);
        this.options = options;
    }

    Map<String, Tensor> outputs(List<Tensor> features) {
        return head.outputs(features);
    }

    /** {@return the anchors of each map} */
    List<Tensor> anchors(List<Tensor> features, ImageBatch batch) {
        return anchorGenerator.anchors(features, batch.height(), batch.width());
    }

    /** {@return the proposals for each image, {@code [K, 4]}, without gradients} */
    List<Tensor> proposals(Map<String, Tensor> outputs, List<Tensor> anchors, ImageBatch batch) {
        try (var _ = Autograd.noGrad()) {
            Tensor objectness = of(outputs, "objectness").detach().squeeze(2);
            Tensor boxes = coder.decode(of(outputs, "rpn_box").detach(), Tensors.cat(anchors, 0));
            int most = isTraining() ? options.rpnPreNmsTopNTrain : options.rpnPreNmsTopNTest;
            int kept = isTraining() ? options.rpnPostNmsTopNTrain : options.rpnPostNmsTopNTest;
            var proposals = new ArrayList<Tensor>();
            for (int i = 0; i < batch.sizes().size(); i++) {
                var best = new ArrayList<Tensor>();
                var levels = new ArrayList<Tensor>();
                long from = 0;
                for (int level = 0; level < anchors.size(); level++) {
                    long n = anchors.get(level).size(0);
                    Tensor score = objectness.select(0, i).narrow(0, from, n);
                    best.add(score.topk(Math.min(most, n), 0).indices().add(from));
                    levels.add(score.newFull(level, DType.INT64, Math.min(most, n)));
                    from += n;
                }
                Tensor index = Tensors.cat(best, 0);
                proposals.add(
                        suppressed(
                                boxes.select(0, i).indexSelect(0, index),
                                objectness.select(0, i).indexSelect(0, index).sigmoid(),
                                Tensors.cat(levels, 0),
                                batch.sizes().get(i),
                                kept));
            }
            return proposals;
        }
    }

    private Tensor suppressed(Tensor boxes, Tensor scores, Tensor levels, ImageSize size, int limit) {
        Tensor clipped = Boxes.clipBoxesToImage(boxes, size.height(), size.width());
        Tensor side = clipped.narrow(1, 2, 2).sub(clipped.narrow(1, 0, 2));
        Tensor isKept = side.ge(LEAST_SIDE).all(1).logicalAnd(scores.ge(options.rpnScoreThresh));
        Tensor large = isKept.nonzero().squeeze(1);
        Tensor candidates = clipped.indexSelect(0, large);
        Tensor kept = Boxes.batchedNms(candidates, scores.indexSelect(0, large), levels.indexSelect(0, large), NMS);
        return candidates.indexSelect(0, kept.narrow(0, 0, Math.min(limit, kept.size(0))));
    }

    /** Adds the losses of a random sample of anchors. */
    void losses(Map<String, Tensor> outputs, Tensor anchors, PaddedTargets targets, Map<String, Tensor> losses) {
        Tensor matches = matcher.match(targets.iou(anchors));
        Tensor isObject = matches.ge(0);
        Tensor labels = Tensors.where(matches.eq(ProposalMatcher.BETWEEN_THRESHOLDS), -1, isObject.to(DType.INT64));
        BalancedSampler.Sample sample = sampler.sample(labels);
        Tensor positive = sample.positive().to(anchors.dtype());
        Tensor sampled = positive.add(sample.negative().to(anchors.dtype()));
        Tensor count = sampled.sum().clampMin(1);

        Tensor offsets = coder.encode(targets.boxesAt(matches, anchors), anchors);
        Tensor errors = Tensors.smoothL1Loss(of(outputs, "rpn_box"), offsets, BETA, Reduction.NONE);
        Tensor entropy =
                Tensors.bceWithLogits(
                        of(outputs, "objectness").squeeze(2),
                        isObject.to(anchors.dtype()),
                        o -> o.reduction(Reduction.NONE));
        losses.put("loss_objectness", entropy.mul(sampled).sum().div(count));
        losses.put("loss_rpn_box_reg", errors.mul(positive.unsqueeze(2)).sum().div(count));
    }
}
