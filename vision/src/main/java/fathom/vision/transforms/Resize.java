package fathom.vision.transforms;

import fathom.Tensor;
import java.util.Locale;

/**
 * Resizes images.
 *
 * @param height the new height; 0 to resize the shorter side to {@code width}, preserving the aspect ratio
 * @param width the new width, or the new length of the shorter side
 * @param maxSize the maximum length of the longer side where the aspect ratio is preserved; 0 for none
 * @param antialias whether to widen the filter when shrinking
 */
record Resize(int height, int width, int maxSize, InterpolationMode mode, boolean antialias) implements Spatial {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("resize", x);
        int[] size = sizeFor(x);
        return Resampling.resize(x, size[0], size[1], mode, antialias);
    }

    /** {@return whether bytes are resized by {@link ByteResampling}} */
    boolean isFiltered() {
        return antialias && mode != InterpolationMode.NEAREST;
    }

    /** {@return the new height and width of an image} */
    int[] sizeFor(Tensor x) {
        return sizeFor(x.size(-2), x.size(-1));
    }

    private int[] sizeFor(long h, long w) {
        if (height > 0) {
            return new int[] {height, width};
        }
        long shorter = width;
        long longer = width * Math.max(h, w) / Math.min(h, w);
        if (maxSize > 0 && longer > maxSize) {
            shorter = maxSize * shorter / longer;
            longer = maxSize;
        }
        if (shorter == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "resize: an image of %d x %d pixels has no pixel across with a longer side of %d",
                            h,
                            w,
                            maxSize));
        }
        return h <= w
                ? new int[] {Math.toIntExact(shorter), Math.toIntExact(longer)}
                : new int[] {Math.toIntExact(longer), Math.toIntExact(shorter)};
    }

    @Override
    public Tensor masks(Tensor masks) {
        int[] size = sizeFor(masks);
        return Resampling.nearest(masks, size[0], size[1]);
    }

    @Override
    public void move(double[] points, int h, int w) {
        int[] size = sizeFor(h, w);
        for (int i = 0; i < points.length; i += 2) {
            points[i] *= (double) size[1] / w;
            points[i + 1] *= (double) size[0] / h;
        }
    }
}
