package fathom.vision.detection.regions;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.detection.Boxes;
import java.util.ArrayList;
import java.util.List;

/**
 * The objects in the images of a batch, padded to the same number, so that training steps can be captured.
 *
 * @param boxes {@code [B, M, 4]} in pixels, with M of at least 1
 * @param labels int64 {@code [B, M]}, from 1; -1 for padding
 */
public record PaddedTargets(Tensor boxes, Tensor labels) {
    /** {@return the objects of each image, padded} */
    public static PaddedTargets of(List<BoxTarget> targets) {
        long most = Math.max(1, targets.stream().mapToLong(t -> t.labels().size(0)).max().orElse(0));
        var boxes = new ArrayList<Tensor>();
        var labels = new ArrayList<Tensor>();
        for (BoxTarget t : targets) {
            long missing = most - t.labels().size(0);
            boxes.add(Tensors.cat(List.of(t.boxes(), t.boxes().newZeros(missing, 4)), 0));
            labels.add(Tensors.cat(List.of(t.labels(), t.labels().newFull(-1, DType.INT64, missing)), 0));
        }
        return new PaddedTargets(Tensors.stack(boxes, 0), Tensors.stack(labels, 0));
    }

    /**
     * {@return the objects of a batch of a {@link fathom.vision.detection.BoxDataset}}
     *
     * @param rows {@code [B, M, 5]}: class from 0, then the box as fractions of the image; rows with a negative class
     *     are padding
     * @param size the size of the images, in pixels
     */
    public static PaddedTargets of(Tensor rows, ImageSize size, DType type) {
        if (rows.dim() != 3 || rows.size(2) != 5) {
            throw new IllegalArgumentException("detection: expected labels of shape [B, M, 5], got " + rows.shape());
        }
        Tensor padded = rows.size(1) > 0 ? rows : rows.newFull(-1, rows.dtype(), rows.size(0), 1, 5);
        Tensor kind = padded.select(2, 0).to(DType.INT64);
        double[] sides = {size.width(), size.height(), size.width(), size.height()};
        Tensor boxes = padded.narrow(2, 1, 4).to(type).mul(padded.newTensor(sides, type));
        return new PaddedTargets(boxes, Tensors.where(kind.ge(0), kind.add(1), -1));
    }

    /** {@return which rows are no padding, bool {@code [B, M]}} */
    public Tensor isPresent() {
        return labels.ge(0);
    }

    /**
     * {@return the IoU of each object and anchor, {@code [B, M, A]}; -1 for padding}
     *
     * @param anchors {@code [A, 4]}
     */
    public Tensor iou(Tensor anchors) {
        try (var _ = Autograd.noGrad()) {
            return Boxes.boxIou(boxes.to(anchors.dtype()), anchors).where(isPresent().unsqueeze(2), -1);
        }
    }

    /**
     * {@return the labels of the assigned objects, {@code [B, A]}; those of the first object where none is assigned}
     *
     * @param matches int64 {@code [B, A]}
     */
    public Tensor labelsAt(Tensor matches) {
        return labels.gather(1, matches.clampMin(0));
    }

    /**
     * {@return the boxes of the assigned objects, {@code [B, A, 4]}; the anchors themselves where none is assigned}
     *
     * @param matches int64 {@code [B, A]}
     * @param anchors {@code [A, 4]}
     */
    public Tensor boxesAt(Tensor matches, Tensor anchors) {
        Tensor at = matches.clampMin(0).unsqueeze(2).expand(matches.size(0), matches.size(1), 4);
        return Tensors.where(matches.ge(0).unsqueeze(2), boxes.to(anchors.dtype()).gather(1, at), anchors);
    }
}
