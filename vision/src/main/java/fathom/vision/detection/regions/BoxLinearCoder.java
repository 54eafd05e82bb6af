package fathom.vision.detection.regions;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * Boxes as the distances of their four sides from the centre of another box, in units of its size: torchvision's {@code
 * BoxLinearCoder}, for FCOS (Tian et al., 2019).
 */
public final class BoxLinearCoder {
    private BoxLinearCoder() {}

    /**
     * {@return the distances to the left, top, right and bottom}
     *
     * @param references corners, {@code [..., 4]}
     * @param boxes corners, of a shape that broadcasts with it
     */
    public static Tensor encode(Tensor references, Tensor boxes) {
        Tensor centre = centre(references);
        Tensor size = size(references);
        Tensor before = centre.sub(boxes.narrow(-1, 0, 2)).div(size);
        return Tensors.cat(List.of(before, boxes.narrow(-1, 2, 2).sub(centre).div(size)), -1);
    }

    /**
     * {@return the boxes, as corners}
     *
     * @param distances {@code [..., 4]}
     * @param references corners, of a shape that broadcasts with it
     */
    public static Tensor decode(Tensor distances, Tensor references) {
        Tensor from = references.to(distances.dtype());
        Tensor centre = centre(from);
        Tensor size = size(from);
        Tensor start = centre.sub(distances.narrow(-1, 0, 2).mul(size));
        return Tensors.cat(List.of(start, centre.add(distances.narrow(-1, 2, 2).mul(size))), -1);
    }

    private static Tensor size(Tensor boxes) {
        return boxes.narrow(-1, 2, 2).sub(boxes.narrow(-1, 0, 2));
    }

    private static Tensor centre(Tensor boxes) {
        return boxes.narrow(-1, 0, 2).add(boxes.narrow(-1, 2, 2)).mul(0.5);
    }
}
