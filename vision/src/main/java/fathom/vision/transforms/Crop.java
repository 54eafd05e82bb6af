package fathom.vision.transforms;

import fathom.Tensor;

/** A crop at a fixed position; what lies outside of the image is filled with zeros. */
record Crop(int top, int left, int height, int width) implements Spatial {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("crop", x);
        return masks(x);
    }

    @Override
    public Tensor masks(Tensor x) {
        int rows = Math.toIntExact(x.size(-2));
        int columns = Math.toIntExact(x.size(-1));
        if (top >= 0 && left >= 0 && top + height <= rows && left + width <= columns) {
            return x.narrow(-2, top, height).narrow(-1, left, width);
        }
        long[] shape = x.shape().dims();
        shape[shape.length - 2] = height;
        shape[shape.length - 1] = width;
        Tensor out = x.newZeros(shape);
        int fromRow = Math.max(0, top);
        int fromColumn = Math.max(0, left);
        int h = Math.min(rows, top + height) - fromRow;
        int w = Math.min(columns, left + width) - fromColumn;
        if (h > 0 && w > 0) {
            out.narrow(-2, fromRow - top, h)
                    .narrow(-1, fromColumn - left, w)
                    .copy_(x.narrow(-2, fromRow, h).narrow(-1, fromColumn, w));
        }
        return out;
    }

    @Override
    public void move(double[] points, int rows, int columns) {
        for (int i = 0; i < points.length; i += 2) {
            points[i] -= left;
            points[i + 1] -= top;
        }
    }
}
