package fathom.vision.detection.regions;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * Boxes as offsets from other boxes, as in R-CNN (Girshick et al., 2014): the shift of the centre in units of the
 * reference's size, and the logarithm of the ratio of sizes, both times weights. torchvision's {@code BoxCoder}.
 *
 * {@snippet :
 * var coder = new BoxCoder(10, 10, 5, 5);
 * Tensor targets = coder.encode(truth, proposals);
 * Tensor boxes = coder.decode(predicted, proposals);
 * }
 */
public final class BoxCoder {
    /** The greatest logarithm of a ratio of sizes that is decoded, so that the exponential stays finite. */
    private static final double CLIP = Math.log(1000.0 / 16);

    private final double[] xy;
    private final double[] wh;

    /** With the weights of the four offsets. */
    public BoxCoder(double x, double y, double w, double h) {
        xy = new double[] {x, y};
        wh = new double[] {w, h};
    }

    /**
     * {@return the offsets of boxes from references}
     *
     * @param boxes corners, {@code [..., 4]}
     * @param references corners, of a shape that broadcasts with it
     */
    public Tensor encode(Tensor boxes, Tensor references) {
        Tensor size = size(references);
        Tensor of = size(boxes);
        Tensor shift = centre(boxes, of).sub(centre(references, size)).mul(weights(boxes, xy)).div(size);
        return Tensors.cat(List.of(shift, of.div(size).log().mul(weights(boxes, wh))), -1);
    }

    /**
     * {@return the boxes, as corners}
     *
     * @param codes offsets, {@code [..., 4]}
     * @param references corners, of a shape that broadcasts with it
     */
    public Tensor decode(Tensor codes, Tensor references) {
        Tensor from = references.to(codes.dtype());
        Tensor size = size(from);
        Tensor centre = codes.narrow(-1, 0, 2).div(weights(codes, xy)).mul(size).add(centre(from, size));
        Tensor half = codes.narrow(-1, 2, 2).div(weights(codes, wh)).clampMax(CLIP).exp().mul(size).mul(0.5);
        return Tensors.cat(List.of(centre.sub(half), centre.add(half)), -1);
    }

    private static Tensor size(Tensor boxes) {
        return boxes.narrow(-1, 2, 2).sub(boxes.narrow(-1, 0, 2));
    }

    private static Tensor centre(Tensor boxes, Tensor size) {
        return boxes.narrow(-1, 0, 2).add(size.mul(0.5));
    }

    private static Tensor weights(Tensor like, double[] weights) {
        return like.newTensor(weights, like.dtype());
    }
}
