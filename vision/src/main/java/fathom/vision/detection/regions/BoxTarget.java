package fathom.vision.detection.regions;

import fathom.DType;
import fathom.Tensor;

/**
 * The objects in an image, for training; torchvision's dictionary of {@code boxes} and {@code labels}.
 *
 * @param boxes {@code [M, 4]}: left, top, right and bottom in pixels
 * @param labels int64 {@code [M]}, from 1; 0 is background
 */
public record BoxTarget(Tensor boxes, Tensor labels) {
    /** Checks the shapes. */
    public BoxTarget {
        if (boxes.dim() != 2
                || boxes.size(1) != 4
                || !boxes.dtype().isFloating()
                || labels.dtype() != DType.INT64
                || labels.dim() != 1
                || labels.size(0) != boxes.size(0)) {
            throw new IllegalArgumentException(
                    "BoxTarget: expected floating-point boxes [M, 4] and INT64 labels [M], got %s of %s and %s of %s"
                            .formatted(boxes.shape(), boxes.dtype(), labels.shape(), labels.dtype()));
        }
    }
}
