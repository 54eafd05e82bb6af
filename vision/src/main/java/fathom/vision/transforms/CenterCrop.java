package fathom.vision.transforms;

import fathom.Tensor;

/** The centre crop of fixed size; smaller images are padded with zeros first. */
record CenterCrop(int height, int width) implements Spatial {
    private Crop crop(long rows, long columns) {
        return new Crop(begin(rows, height), begin(columns, width), height, width);
    }

    /** {@return the first pixel along one axis} */
    private static int begin(long from, int to) {
        // half the missing pixels, rounded down, go in front; halves of surplus are rounded to even, as in torchvision
        return from < to ? -Math.toIntExact((to - from) / 2) : (int) Math.rint((from - to) / 2.0);
    }

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("centerCrop", x);
        return masks(x);
    }

    @Override
    public Tensor masks(Tensor masks) {
        return crop(masks.size(-2), masks.size(-1)).masks(masks);
    }

    @Override
    public void move(double[] points, int rows, int columns) {
        crop(rows, columns).move(points, rows, columns);
    }
}
