package fathom.vision.detection.regions;

import fathom.Tensor;
import java.util.List;

/**
 * Images of different sizes in one tensor: torchvision's {@code ImageList}.
 *
 * @param tensors {@code [N, C, H, W]}, each image in the upper left corner, zeros elsewhere
 * @param sizes the size of each image within it
 */
public record ImageBatch(Tensor tensors, List<ImageSize> sizes) {
    /** Copies the list. */
    public ImageBatch {
        sizes = List.copyOf(sizes);
    }

    /** {@return the common height} */
    public int height() {
        return (int) tensors.size(2);
    }

    /** {@return the common width} */
    public int width() {
        return (int) tensors.size(3);
    }
}
