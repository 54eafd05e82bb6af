package fathom.vision.detection;

import fathom.DType;
import fathom.PointwiseFunction;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.options.Reduction;
import java.util.function.Function;

/**
 * Losses of predicted boxes, one per pair of boxes, and the focal loss of their classes, as in {@code torchvision.ops}.
 *
 * {@snippet :
 * Tensor loss = BoxLosses.generalizedBoxIouLoss(predicted, truth, Reduction.MEAN);   // boxes [N, 4]
 * }
 */
public final class BoxLosses {
    private BoxLosses() {}

    /** {@return one minus the generalised IoU of each box and its target, {@code [N]}} */
    public static Tensor generalizedBoxIouLoss(Tensor boxes1, Tensor boxes2) {
        return generalizedBoxIouLoss(boxes1, boxes2, Reduction.NONE);
    }

    /**
     * {@return one minus the generalised IoU of each box and its target (Rezatofighi et al., 2019)}
     *
     * @param boxes1 {@code [..., 4]}
     * @param boxes2 of the same shape
     */
    public static Tensor generalizedBoxIouLoss(Tensor boxes1, Tensor boxes2, Reduction reduction) {
        return reduced(of("generalizedBoxIouLoss", BoxLosses::generalized, boxes1, boxes2), reduction);
    }

    private static Expr generalized(Overlap.Pair pair) {
        Expr hull = pair.hullWidth().mul(pair.hullHeight());
        Expr union = pair.union();
        Expr iou = pair.intersection().div(union.add(Overlap.EPS));
        return iou.sub(hull.sub(union).div(hull.add(Overlap.EPS))).neg().add(1);
    }

    /** {@return one minus the distance IoU of each box and its target, {@code [N]}} */
    public static Tensor distanceBoxIouLoss(Tensor boxes1, Tensor boxes2) {
        return distanceBoxIouLoss(boxes1, boxes2, Reduction.NONE);
    }

    /**
     * {@return one minus the distance IoU of each box and its target (Zheng et al., 2020)}
     *
     * @param boxes1 {@code [..., 4]}
     * @param boxes2 of the same shape
     */
    public static Tensor distanceBoxIouLoss(Tensor boxes1, Tensor boxes2, Reduction reduction) {
        return reduced(of("distanceBoxIouLoss", BoxLosses::distance, boxes1, boxes2), reduction);
    }

    private static Expr distance(Overlap.Pair pair) {
        Expr diagonal = pair.hullWidth().square().add(pair.hullHeight().square()).add(Overlap.EPS);
        return iou(pair).neg().add(1).add(pair.centres().div(diagonal));
    }

    private static Expr iou(Overlap.Pair pair) {
        return pair.intersection().div(pair.union().add(Overlap.EPS));
    }

    /** {@return one minus the complete IoU of each box and its target, {@code [N]}} */
    public static Tensor completeBoxIouLoss(Tensor boxes1, Tensor boxes2) {
        return completeBoxIouLoss(boxes1, boxes2, Reduction.NONE);
    }

    /**
     * {@return one minus the complete IoU of each box and its target (Zheng et al., 2020)}
     *
     * @param boxes1 {@code [..., 4]}
     * @param boxes2 of the same shape
     */
    public static Tensor completeBoxIouLoss(Tensor boxes1, Tensor boxes2, Reduction reduction) {
        String name = "completeBoxIouLoss";
        Tensor distance = of(name, BoxLosses::distance, boxes1, boxes2);
        Tensor shape = of(name, Overlap.Pair::shape, boxes1, boxes2);
        Tensor iou = of(name, BoxLosses::iou, boxes1.detach(), boxes2.detach());
        return reduced(distance.add(Overlap.weight(shape.detach(), iou, Overlap.EPS).mul(shape)), reduction);
    }

    private static Tensor of(String name, Function<Overlap.Pair, Expr> loss, Tensor boxes1, Tensor boxes2) {
        Boxes.check(name, boxes1);
        if (!boxes1.shape().equals(boxes2.shape())) {
            throw new IllegalArgumentException(
                    "%s: expected as many boxes as targets, got %s and %s"
                            .formatted(name, boxes1.shape(), boxes2.shape()));
        }
        return PointwiseFunction.of(name, 8, c -> loss.apply(new Overlap.Pair(c)))
                .apply(Overlap.corners(upcast(boxes1), upcast(boxes2)));
    }

    private static Tensor upcast(Tensor boxes) {
        return boxes.dtype() == DType.FLOAT64 ? boxes : boxes.to(DType.FLOAT32);
    }

    /** {@return {@link #sigmoidFocalLoss(Tensor, Tensor, double, double, Reduction)} with alpha 0.25, gamma 2} */
    public static Tensor sigmoidFocalLoss(Tensor inputs, Tensor targets) {
        return sigmoidFocalLoss(inputs, targets, 0.25, 2, Reduction.NONE);
    }

    /**
     * {@return the binary cross-entropy of logits, weighted by how wrong the prediction is: {@code alpha (1 - p)^gamma
     * bce} (Lin et al., 2017, "Focal Loss for Dense Object Detection")}
     *
     * @param inputs logits of any shape
     * @param targets 0 or 1, of the same shape
     * @param alpha the weight of positive examples, from 0 to 1; that of negative ones is {@code 1 - alpha}; negative
     *     for no weights
     * @param gamma the exponent that weakens easy examples
     */
    public static Tensor sigmoidFocalLoss(
            Tensor inputs, Tensor targets, double alpha, double gamma, Reduction reduction) {
        Tensor p = inputs.sigmoid();
        Tensor target = targets.to(p.dtype());
        Tensor against = target.rsub(1);
        Tensor entropy = Tensors.bceWithLogits(inputs, target, o -> o.reduction(Reduction.NONE));
        Tensor miss = p.mul(target).add(p.rsub(1).mul(against)).rsub(1);
        Tensor loss = entropy.mul(miss.pow(gamma));
        if (alpha >= 0) {
            loss = target.mul(alpha).add(against.mul(1 - alpha)).mul(loss);
        }
        return reduced(loss, reduction);
    }

    private static Tensor reduced(Tensor loss, Reduction reduction) {
        return switch (reduction) {
            case NONE -> loss;
            case SUM -> loss.sum();
            case MEAN -> loss.numel() == 0 ? loss.sum().mul(0) : loss.mean();
            case BATCH_MEAN -> loss.sum().div(Math.max(1, loss.dim() == 0 ? 1 : loss.size(0)));
        };
    }
}
