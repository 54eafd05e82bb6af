package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * Operations on boxes, with the names and results of {@code torchvision.ops}: conversions, areas, overlaps, non-maximum
 * suppression.
 *
 * {@snippet :
 * Tensor overlap = Boxes.boxIou(detected, truth);              // [n, m]
 * Tensor best = Boxes.nms(boxes, scores, 0.5);                 // indices, by descending score
 * Tensor corners = Boxes.boxConvert(boxes, BoxFormat.CXCYWH, BoxFormat.XYXY);
 * }
 *
 * <p>Overlaps compare each box of the first tensor with each of the second. Both may have leading dimensions, which are
 * broadcast: {@code [A, 4]} and {@code [B, M, 4]} yield {@code [B, A, M]}. Overlaps of integers are float32.
 *
 * @see <a href="https://pytorch.org/vision/stable/ops.html">torchvision, Operators</a>
 */
public final class Boxes {
    private Boxes() {}

    // ---- formats --------------------------------------------------------------------------------------------------

    /**
     * {@return boxes in another format}
     *
     * @param boxes {@code [..., 4]}
     */
    public static Tensor boxConvert(Tensor boxes, BoxFormat from, BoxFormat to) {
        check("boxConvert", boxes);
        if (from == to) {
            return boxes.clone();
        }
        Tensor corners =
                switch (from) {
                    case XYXY -> boxes;
                    case XYWH -> {
                        Tensor start = boxes.narrow(-1, 0, 2);
                        yield Tensors.cat(List.of(start, start.add(boxes.narrow(-1, 2, 2))), -1);
                    }
                    case CXCYWH -> {
                        Tensor centre = boxes.narrow(-1, 0, 2);
                        Tensor half = boxes.narrow(-1, 2, 2).mul(0.5);
                        yield Tensors.cat(List.of(centre.sub(half), centre.add(half)), -1);
                    }
                };
        Tensor start = corners.narrow(-1, 0, 2);
        Tensor end = corners.narrow(-1, 2, 2);
        return switch (to) {
            case XYXY -> corners;
            case XYWH -> Tensors.cat(List.of(start, end.sub(start)), -1);
            case CXCYWH -> Tensors.cat(List.of(start.add(end).div(2), end.sub(start)), -1);
        };
    }

    /**
     * {@return boxes cut at the edges of an image}
     *
     * @param boxes {@code [..., 4]}
     * @param height the image's height, in the unit of the boxes
     * @param width the image's width
     */
    public static Tensor clipBoxesToImage(Tensor boxes, Number height, Number width) {
        check("clipBoxesToImage", boxes);
        Tensor x = boxes.slice(-1, 0, 4, 2).clamp(0, width);
        Tensor y = boxes.slice(-1, 1, 4, 2).clamp(0, height);
        return Tensors.stack(List.of(x, y), boxes.dim()).reshape(boxes.shape().dims());
    }

    /**
     * {@return the indices of the boxes whose sides are both at least {@code minSize}, int64}
     *
     * @param boxes {@code [N, 4]}
     */
    public static Tensor removeSmallBoxes(Tensor boxes, double minSize) {
        checkRows("removeSmallBoxes", boxes);
        Tensor size = boxes.narrow(1, 2, 2).sub(boxes.narrow(1, 0, 2));
        return size.ge(minSize).all(1).nonzero().squeeze(1);
    }

    /**
     * {@return the boxes around masks: float32 {@code [N, 4]}, the coordinates of the outermost pixels; zeros for an
     * empty mask}
     *
     * @param masks {@code [N, H, W]}, bool or numbers; nonzero pixels belong to the mask
     */
    public static Tensor masksToBoxes(Tensor masks) {
        if (masks.dim() != 3) {
            throw new IllegalArgumentException("masksToBoxes: expected shape [N, H, W], got " + masks.shape());
        }
        if (masks.numel() == 0) {
            return masks.newZeros(DType.FLOAT32, masks.size(0), 4);
        }
        Tensor inside = masks.ne(0);
        Tensor[] x = ends(inside.any(1));
        Tensor[] y = ends(inside.any(2));
        return Tensors.stack(List.of(x[0], y[0], x[1], y[1]), 1);
    }

    /** {@return the first and the last true position in each row, as float32; 0 without one} */
    private static Tensor[] ends(Tensor rows) {
        long n = rows.size(1);
        Tensor at = rows.device().with(() -> Tensors.arange(n)).to(DType.FLOAT32);
        Tensor last = at.mul(rows).amax(1);
        Tensor first = at.rsub(n - 1).mul(rows).amax(1).rsub(n - 1);
        return new Tensor[] {first.where(rows.any(1), 0), last};
    }

    // ---- areas and overlaps ---------------------------------------------------------------------------------------

    /**
     * {@return the areas of boxes, of their type, but at least float32 or int32}
     *
     * @param boxes {@code [..., 4]}
     */
    public static Tensor boxArea(Tensor boxes) {
        check("boxArea", boxes);
        Tensor wide = upcast(boxes);
        Tensor size = wide.narrow(-1, 2, 2).sub(wide.narrow(-1, 0, 2));
        return size.select(-1, 0).mul(size.select(-1, 1));
    }

    /** {@return the intersection over union (Jaccard index) of each pair, {@code [N, M]}} */
    public static Tensor boxIou(Tensor boxes1, Tensor boxes2) {
        return pairs(Overlap.IOU, boxes1, boxes2);
    }

    /** {@return the generalised IoU of each pair, {@code [N, M]}, from -1 to 1 (Rezatofighi et al., 2019)} */
    public static Tensor generalizedBoxIou(Tensor boxes1, Tensor boxes2) {
        return pairs(Overlap.GENERALIZED, boxes1, boxes2);
    }

    /** {@return the distance IoU of each pair, {@code [N, M]} (Zheng et al., 2020)} */
    public static Tensor distanceBoxIou(Tensor boxes1, Tensor boxes2) {
        return distanceBoxIou(boxes1, boxes2, Overlap.EPS);
    }

    /**
     * {@return the distance IoU of each pair, {@code [N, M]} (Zheng et al., 2020)}
     *
     * @param eps prevents division by zero; 1e-7 unless given
     */
    public static Tensor distanceBoxIou(Tensor boxes1, Tensor boxes2, double eps) {
        return pairs(Overlap.distance(eps), boxes1, boxes2);
    }

    /** {@return the complete IoU of each pair, {@code [N, M]} (Zheng et al., 2020)} */
    public static Tensor completeBoxIou(Tensor boxes1, Tensor boxes2) {
        return completeBoxIou(boxes1, boxes2, Overlap.EPS);
    }

    /**
     * {@return the complete IoU of each pair, {@code [N, M]} (Zheng et al., 2020)} The weight of its term for the shape
     * is treated as a constant by gradients.
     *
     * @param eps prevents division by zero; 1e-7 unless given
     */
    public static Tensor completeBoxIou(Tensor boxes1, Tensor boxes2, double eps) {
        Tensor diou = pairs(Overlap.distance(eps), boxes1, boxes2);
        Tensor shape = pairs(Overlap.SHAPE, boxes1, boxes2);
        Tensor iou = pairs(Overlap.IOU, boxes1, boxes2).detach();
        return diou.sub(Overlap.weight(shape.detach(), iou, eps).mul(shape));
    }

    private static Tensor pairs(fathom.PointwiseFunction function, Tensor boxes1, Tensor boxes2) {
        check(function.toString(), boxes1);
        check(function.toString(), boxes2);
        if (boxes1.dim() < 2 || boxes2.dim() < 2) {
            throw new IllegalArgumentException(
                    "%s: expected boxes of shapes [N, 4] and [M, 4], got %s and %s"
                            .formatted(function, boxes1.shape(), boxes2.shape()));
        }
        return function.apply(Overlap.corners(upcast(boxes1).unsqueeze(-2), upcast(boxes2).unsqueeze(-3)));
    }

    // ---- suppression ----------------------------------------------------------------------------------------------

    /**
     * {@return the indices of the boxes that remain when, by descending score, each box removes those that overlap it
     * by more than a threshold: int64, by descending score}
     *
     * <p>Of equal scores the first has precedence. The result's length depends on the values, which are read: this ends
     * the capture of a step.
     *
     * @param boxes {@code [N, 4]}
     * @param scores {@code [N]}
     * @param iouThreshold boxes with a greater IoU are removed
     */
    public static Tensor nms(Tensor boxes, Tensor scores, double iouThreshold) {
        checkScored("nms", boxes, scores);
        return indices(boxes, Suppression.kept(boxes, scores, null, iouThreshold));
    }

    /**
     * {@return as {@link #nms}, where boxes remove only those of the same class}
     *
     * @param boxes {@code [N, 4]}
     * @param scores {@code [N]}
     * @param idxs the classes, integers {@code [N]}
     * @param iouThreshold boxes with a greater IoU are removed
     */
    public static Tensor batchedNms(Tensor boxes, Tensor scores, Tensor idxs, double iouThreshold) {
        checkScored("batchedNms", boxes, scores);
        if (idxs.dim() != 1 || idxs.size(0) != boxes.size(0)) {
            throw new IllegalArgumentException(
                    "batchedNms: expected one class for each of the boxes %s, got %s"
                            .formatted(boxes.shape(), idxs.shape()));
        }
        return indices(boxes, Suppression.kept(boxes, scores, idxs.to(DType.INT64).toLongArray(), iouThreshold));
    }

    private static Tensor indices(Tensor like, long[] kept) {
        return like.newTensor(kept, DType.INT64);
    }

    // ---- checks ---------------------------------------------------------------------------------------------------

    static void check(String name, Tensor boxes) {
        if (boxes.dim() < 1 || boxes.size(-1) != 4) {
            throw new IllegalArgumentException(
                    "%s: expected boxes of shape [..., 4], got %s".formatted(name, boxes.shape()));
        }
    }

    static void checkRows(String name, Tensor boxes) {
        if (boxes.dim() != 2 || boxes.size(1) != 4) {
            throw new IllegalArgumentException(
                    "%s: expected boxes of shape [N, 4], got %s".formatted(name, boxes.shape()));
        }
    }

    private static void checkScored(String name, Tensor boxes, Tensor scores) {
        checkRows(name, boxes);
        if (scores.dim() != 1 || scores.size(0) != boxes.size(0)) {
            throw new IllegalArgumentException(
                    "%s: expected one score for each of the boxes %s, got %s"
                            .formatted(name, boxes.shape(), scores.shape()));
        }
    }

    /** {@return at least float32 or int32, so that areas do not overflow} */
    private static Tensor upcast(Tensor boxes) {
        return switch (boxes.dtype()) {
            case FLOAT32, FLOAT64, INT32, INT64 -> boxes;
            default -> boxes.to(boxes.dtype().isFloating() ? DType.FLOAT32 : DType.INT32);
        };
    }
}
