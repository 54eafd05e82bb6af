package fathom.vision.transforms;

import fathom.Tensor;

/**
 * Resizes images.
 *
 * @param height the new height; 0 to resize the shorter side to {@code width}, preserving the aspect ratio
 * @param width the new width, or the new length of the shorter side
 */
record Resize(int height, int width) implements ByteTransform {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("resize", x);
        int[] size = sizeFor(x);
        return Resampling.resize(x, size[0], size[1]);
    }

    /** {@return the new height and width of an image} */
    int[] sizeFor(Tensor x) {
        if (height > 0) {
            return new int[] {height, width};
        }
        long h = x.size(-2);
        long w = x.size(-1);
        return h <= w
                ? new int[] {width, Math.toIntExact(width * w / h)}
                : new int[] {Math.toIntExact(width * h / w), width};
    }
}
