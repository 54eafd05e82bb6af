package fathom.vision.detection;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * Anchor boxes as the course has them: generation, assignment to ground truth, offsets, and predictions made of them.
 *
 * {@snippet :
 * Tensor anchors = Anchors.multiboxPrior(image, new double[] {0.75, 0.5, 0.25}, new double[] {1, 2, 0.5});
 * MultiboxTarget target = Anchors.multiboxTarget(anchors, labels);        // training
 * Tensor found = Anchors.multiboxDetection(probabilities, offsets, anchors);   // prediction
 * }
 *
 * <p>Everything but {@link #multiboxDetection} consists of tensor operations over the whole batch and reads no values,
 * so that training steps can be captured.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/anchor.html">Dive into Deep Learning, Anchor Boxes</a>
 */
public final class Anchors {
    /** The least IoU with which an anchor is assigned a box that has a better anchor. */
    static final double IOU_THRESHOLD = 0.5;

    private static final double XY_SCALE = 10;
    private static final double WH_SCALE = 5;
    private static final double EPS = 1e-6;

    private Anchors() {}

    // ---- generation -----------------------------------------------------------------------------------------------

    /**
     * {@return anchors centred on each pixel, as fractions of the image: {@code [1, H W (n + m - 1), 4]}}
     *
     * <p>Of the pairs of n sizes and m ratios only those with the first size or the first ratio are used: each pixel
     * has first the n sizes with the first ratio, then the first size with the other ratios. An anchor of size s and
     * ratio r is {@code s sqrt(r) H / W} wide and {@code s / sqrt(r)} high.
     *
     * @param data an image or a feature map, {@code [..., H, W]}: its shape, type and device are used
     * @param sizes sides of anchors, as fractions of the height
     * @param ratios aspect ratios, width to height in pixels
     */
    public static Tensor multiboxPrior(Tensor data, double[] sizes, double[] ratios) {
        if (data.dim() < 2 || data.size(-1) == 0 || data.size(-2) == 0) {
            throw new IllegalArgumentException(
                    "multiboxPrior: expected a feature map of shape [..., H, W], got " + data.shape());
        }
        positive("sizes", sizes);
        positive("ratios", ratios);
        DType type = data.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        long height = data.size(-2);
        long width = data.size(-1);
        Tensor half = data.newTensor(halves(sizes, ratios, height, width, type), type);
        long perPixel = half.size(0);
        Tensor y = centres(data, height, type).reshape(height, 1, 1, 1).expand(height, width, perPixel, 1);
        Tensor x = centres(data, width, type).reshape(1, width, 1, 1).expand(height, width, perPixel, 1);
        return Tensors.cat(List.of(x, y, x, y), 3).add(half).reshape(1, height * width * perPixel, 4);
    }

    private static Tensor centres(Tensor like, long n, DType type) {
        return like.device().with(() -> Tensors.arange(n)).to(type).add(0.5).mul(1.0 / n);
    }

    /** {@return half of each shape of anchors, from its centre: [n + m - 1][4], rounded as float32 operations are} */
    private static double[][] halves(double[] sizes, double[] ratios, long height, long width, DType type) {
        int n = sizes.length + ratios.length - 1;
        var halves = new double[n][];
        for (int i = 0; i < n; i++) {
            double size = round(i < sizes.length ? sizes[i] : sizes[0], type);
            double root =
                    round(Math.sqrt(round(i < sizes.length ? ratios[0] : ratios[i - sizes.length + 1], type)), type);
            double w = round(round(round(size * root, type) * height, type) / width, type);
            double h = round(size / root, type);
            halves[i] = new double[] {-w / 2, -h / 2, w / 2, h / 2};
        }
        return halves;
    }

    private static double round(double x, DType type) {
        return type == DType.FLOAT64 ? x : (float) x;
    }

    private static void positive(String what, double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("multiboxPrior: expected at least one of the " + what);
        }
        for (double v : values) {
            if (!(v > 0) || Double.isInfinite(v)) {
                throw new IllegalArgumentException("multiboxPrior: the %s must be above 0, got %s".formatted(what, v));
            }
        }
    }

    // ---- assignment -----------------------------------------------------------------------------------------------

    /**
     * {@return the index of the ground-truth box that each anchor is assigned, int64 {@code [A]} or {@code [B, A]}; -1
     * for none}
     *
     * <p>Each box gets the anchor with which its IoU is greatest, the best pairs first; every other anchor gets the box
     * with the greatest IoU, if it is at least {@code iouThreshold}.
     *
     * @param groundTruth {@code [M, 4]} or {@code [B, M, 4]}
     * @param anchors {@code [A, 4]} or {@code [1, A, 4]}
     * @param iouThreshold 0.5 in the course
     */
    public static Tensor assignAnchorToBbox(Tensor groundTruth, Tensor anchors, double iouThreshold) {
        Boxes.check("assignAnchorToBbox", groundTruth);
        boolean isBatch = groundTruth.dim() == 3;
        Tensor truth = isBatch ? groundTruth : groundTruth.unsqueeze(0);
        Tensor present = truth.newOnes(DType.BOOL, truth.size(0), truth.size(1));
        try (var _ = Autograd.noGrad()) {
            Tensor map = assigned(truth, present, flat("assignAnchorToBbox", anchors), iouThreshold);
            return isBatch ? map : map.squeeze(0);
        }
    }

    /**
     * @param truth [B, M, 4]
     * @param present [B, M], false for padding
     * @param anchors [A, 4]
     */
    private static Tensor assigned(Tensor truth, Tensor present, Tensor anchors, double threshold) {
        long batch = truth.size(0);
        long boxes = truth.size(1);
        long n = anchors.size(0);
        if (boxes == 0 || n == 0) {
            return truth.newFull(-1, DType.INT64, batch, n);
        }
        Tensor iou = Boxes.boxIou(anchors, truth).where(present.unsqueeze(1), -1); // [B, A, M]
        var best = iou.max(2);
        Tensor map = best.indices().where(best.values().ge(threshold), -1);
        Tensor anchorAt = truth.device().with(() -> Tensors.arange(n)).unsqueeze(0);
        Tensor boxAt = truth.device().with(() -> Tensors.arange(boxes)).reshape(1, 1, boxes);
        for (long k = 0; k < boxes; k++) {
            var greatest = iou.reshape(batch, n * boxes).max(1, KeepDim.KEEP_DIM); // [B, 1]
            Tensor anchor = greatest.indices().floorDivide(boxes);
            Tensor box = greatest.indices().remainder(boxes);
            Tensor taken = anchorAt.eq(anchor).logicalAnd(greatest.values().ge(0)); // [B, A]
            map = Tensors.where(taken, box, map);
            if (k + 1 < boxes) {
                Tensor done = anchorAt.eq(anchor).unsqueeze(2).logicalOr(boxAt.eq(box.unsqueeze(2)));
                iou = iou.maskedFill(done, -1);
            }
        }
        return map;
    }

    private static Tensor flat(String name, Tensor anchors) {
        Boxes.check(name, anchors);
        if (anchors.dim() == 3 && anchors.size(0) == 1) {
            return anchors.squeeze(0);
        }
        Boxes.checkRows(name, anchors);
        return anchors;
    }

    /**
     * {@return the training targets of anchors: offsets, their mask and classes}
     *
     * @param anchors {@code [1, A, 4]} or {@code [A, 4]}
     * @param labels {@code [B, M, 5]}: class, then the box; rows with a negative class are padding
     */
    public static MultiboxTarget multiboxTarget(Tensor anchors, Tensor labels) {
        if (labels.dim() != 3 || labels.size(2) != 5) {
            throw new IllegalArgumentException(
                    "multiboxTarget: expected labels of shape [B, M, 5], got " + labels.shape());
        }
        Tensor all = flat("multiboxTarget", anchors).detach();
        long batch = labels.size(0);
        long n = all.size(0);
        try (var _ = Autograd.noGrad()) {
            Tensor classes = labels.select(2, 0);
            Tensor boxes = labels.narrow(2, 1, 4);
            Tensor map = assigned(boxes, classes.ge(0), all, IOU_THRESHOLD);
            Tensor isAssigned = map.ge(0); // [B, A]
            if (labels.size(1) == 0) {
                return new MultiboxTarget(
                        all.newZeros(batch, 4 * n), all.newZeros(batch, 4 * n), all.newZeros(DType.INT64, batch, n));
            }
            Tensor at = map.clamp(0, null);
            Tensor label = classes.gather(1, at).to(DType.INT64).add(1).where(isAssigned, 0);
            Tensor box = boxes.gather(1, at.unsqueeze(2).expand(batch, n, 4)).where(isAssigned.unsqueeze(2), 0);
            Tensor mask = isAssigned.to(all.dtype()).unsqueeze(2).expand(batch, n, 4);
            Tensor offset = offsetBoxes(all, box).mul(mask);
            return new MultiboxTarget(offset.reshape(batch, 4 * n), mask.reshape(batch, 4 * n), label);
        }
    }

    // ---- offsets --------------------------------------------------------------------------------------------------

    /**
     * {@return the offsets of boxes from anchors: {@code 10 (x - xa) / wa}, likewise y, then {@code 5 log(1e-6 + w /
     * wa)}, likewise the height}
     *
     * @param anchors corners, {@code [A, 4]}
     * @param assigned corners, {@code [..., A, 4]}
     */
    public static Tensor offsetBoxes(Tensor anchors, Tensor assigned) {
        Tensor a = Boxes.boxConvert(anchors, BoxFormat.XYXY, BoxFormat.CXCYWH);
        Tensor b = Boxes.boxConvert(assigned, BoxFormat.XYXY, BoxFormat.CXCYWH);
        Tensor size = a.narrow(-1, 2, 2);
        Tensor xy = b.narrow(-1, 0, 2).sub(a.narrow(-1, 0, 2)).mul(XY_SCALE).div(size);
        Tensor wh = b.narrow(-1, 2, 2).div(size).add(EPS).log().mul(WH_SCALE);
        return Tensors.cat(List.of(xy, wh), -1);
    }

    /**
     * {@return the boxes that offsets from anchors predict: corners}
     *
     * @param anchors corners, {@code [A, 4]}
     * @param offsets {@code [..., A, 4]}, as {@link #offsetBoxes} has them
     */
    public static Tensor offsetInverse(Tensor anchors, Tensor offsets) {
        Boxes.check("offsetInverse", offsets);
        Tensor a = Boxes.boxConvert(anchors, BoxFormat.XYXY, BoxFormat.CXCYWH);
        Tensor size = a.narrow(-1, 2, 2);
        Tensor xy = offsets.narrow(-1, 0, 2).mul(size).div(XY_SCALE).add(a.narrow(-1, 0, 2));
        Tensor wh = offsets.narrow(-1, 2, 2).div(WH_SCALE).exp().mul(size);
        return Boxes.boxConvert(Tensors.cat(List.of(xy, wh), -1), BoxFormat.CXCYWH, BoxFormat.XYXY);
    }

    // ---- prediction -----------------------------------------------------------------------------------------------

    /** As {@link #multiboxDetection(Tensor, Tensor, Tensor, double, double)}, with the course's 0.5 and 0.0099. */
    public static Tensor multiboxDetection(Tensor clsProbs, Tensor offsetPreds, Tensor anchors) {
        return multiboxDetection(clsProbs, offsetPreds, anchors, 0.5, 0.009999999);
    }

    /**
     * {@return the predicted boxes of each image: {@code [B, A, 6]}, class, confidence, box} First those that
     * suppression keeps, by descending confidence, then the others in order, whose class is -1. Boxes with a confidence
     * below {@code posThreshold} become background too: class -1, with one minus the confidence.
     *
     * @param clsProbs probabilities of the classes, the first of which is background: {@code [B, classes + 1, A]}
     * @param offsetPreds {@code [B, 4 A]}
     * @param anchors {@code [1, A, 4]} or {@code [A, 4]}
     * @param nmsThreshold boxes that overlap a better one of any class by a greater IoU are suppressed
     * @param posThreshold the least confidence of an object
     */
    public static Tensor multiboxDetection(
            Tensor clsProbs, Tensor offsetPreds, Tensor anchors, double nmsThreshold, double posThreshold) {
        Tensor all = flat("multiboxDetection", anchors);
        long n = all.size(0);
        if (clsProbs.dim() != 3
                || clsProbs.size(1) < 2
                || clsProbs.size(2) != n
                || offsetPreds.numel() != 4 * n * clsProbs.size(0)) {
            throw new IllegalArgumentException(
                    "multiboxDetection: expected probabilities [B, classes + 1, A] and offsets [B, 4 A] for anchors %s, got %s and %s"
                            .formatted(anchors.shape(), clsProbs.shape(), offsetPreds.shape()));
        }
        long batch = clsProbs.size(0);
        try (var _ = Autograd.noGrad()) {
            Tensor boxes = offsetInverse(all, offsetPreds.reshape(batch, n, 4));
            var best = clsProbs.narrow(1, 1, clsProbs.size(1) - 1).max(1); // [B, A]
            var images = new java.util.ArrayList<Tensor>();
            for (long i = 0; i < batch; i++) {
                images.add(
                        detection(
                                boxes.select(0, i),
                                best.values().select(0, i),
                                best.indices().select(0, i),
                                nmsThreshold,
                                posThreshold));
            }
            return Tensors.stack(images, 0);
        }
    }

    private static Tensor detection(
            Tensor boxes, Tensor confidence, Tensor classes, double nmsThreshold, double posThreshold) {
        int n = (int) boxes.size(0);
        long[] kept = Suppression.kept(boxes, confidence, null, nmsThreshold);
        var isKept = new boolean[n];
        var order = new long[n];
        System.arraycopy(kept, 0, order, 0, kept.length);
        for (long k : kept) {
            isKept[(int) k] = true;
        }
        int at = kept.length;
        for (int i = 0; i < n; i++) {
            if (!isKept[i]) {
                order[at++] = i;
            }
        }
        Tensor index = boxes.newTensor(order, DType.INT64);
        Tensor score = confidence.indexSelect(0, index);
        Tensor isObject = boxes.newTensor(isKept, DType.BOOL).indexSelect(0, index).logicalAnd(score.ge(posThreshold));
        Tensor label = classes.indexSelect(0, index).where(isObject, -1).to(score.dtype());
        Tensor shown = Tensors.where(score.lt(posThreshold), score.rsub(1), score);
        return Tensors.cat(
                List.of(label.unsqueeze(1), shown.unsqueeze(1), boxes.indexSelect(0, index).to(score.dtype())), 1);
    }
}
