package fathom.vision.transforms;

import fathom.Tensor;

/** A mirror image, left to right or upside down. */
enum Flip implements Spatial {
    HORIZONTAL,
    VERTICAL;

    int dim() {
        return this == HORIZONTAL ? -1 : -2;
    }

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("flip", x);
        return x.flip(dim());
    }

    @Override
    public Tensor masks(Tensor masks) {
        return masks.flip(dim());
    }

    @Override
    public void move(double[] points, int height, int width) {
        for (int i = this == HORIZONTAL ? 0 : 1; i < points.length; i += 2) {
            points[i] = (this == HORIZONTAL ? width : height) - points[i];
        }
    }
}
