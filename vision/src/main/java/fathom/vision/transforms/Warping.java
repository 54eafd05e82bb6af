package fathom.vision.transforms;

import fathom.Tensor;
import fathom.vision.transforms.kernels.Warp;

/** A projective change of geometry, whose map depends on the size of the image. */
interface Warping extends Spatial {
    /** {@return the map for images of a size} */
    Warp at(int height, int width);

    private Warp at(Tensor x) {
        return at(Math.toIntExact(x.size(-2)), Math.toIntExact(x.size(-1)));
    }

    @Override
    default Tensor apply(Tensor x) {
        Transforms.check("warp", x);
        return at(x).images(x);
    }

    @Override
    default Tensor masks(Tensor masks) {
        return at(masks).masks(masks);
    }

    @Override
    default void move(double[] points, int height, int width) {
        at(height, width).move(points);
    }
}
