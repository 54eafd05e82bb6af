package fathom.vision.transforms;

import fathom.Tensor;
import java.util.random.RandomGenerator;

/**
 * A crop of random area and aspect ratio at a random position, resized to a fixed size; drawn independently for each
 * image (Szegedy et al., 2014).
 *
 * @param height the height of the result
 * @param width the width of the result
 * @param minArea the minimum fraction of the image's area
 * @param maxArea the maximum fraction of the image's area
 * @param minRatio the minimum aspect ratio, width to height
 * @param maxRatio the maximum aspect ratio
 */
record RandomResizedCrop(
        int height,
        int width,
        double minArea,
        double maxArea,
        double minRatio,
        double maxRatio,
        InterpolationMode mode,
        boolean antialias)
        implements RandomTransform {
    /** The number of attempts at drawing a crop that fits into the image. */
    private static final int TRIES = 10;

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("randomResizedCrop", x);
        return RandomTransform.super.apply(x);
    }

    @Override
    public Transform draw(RandomGenerator random, Tensor image) {
        int rows = Math.toIntExact(image.size(-2));
        int columns = Math.toIntExact(image.size(-1));
        for (int i = 0; i < TRIES; i++) {
            double area = (double) rows * columns * (minArea + random.nextDouble() * (maxArea - minArea));
            double low = Math.log(minRatio);
            double ratio = Math.exp(low + random.nextDouble() * (Math.log(maxRatio) - low));
            int w = (int) Math.rint(Math.sqrt(area * ratio));
            int h = (int) Math.rint(Math.sqrt(area / ratio));
            if (w > 0 && h > 0 && w <= columns && h <= rows) {
                return resized(new Crop(random.nextInt(rows - h + 1), random.nextInt(columns - w + 1), h, w));
            }
        }
        return resized(centre(rows, columns));
    }

    /** {@return the centre crop with the aspect ratio nearest to the image's} */
    private Crop centre(int rows, int columns) {
        double ratio = (double) columns / rows;
        int w = ratio > maxRatio ? (int) Math.max(1, Math.rint(rows * maxRatio)) : columns;
        int h = ratio < minRatio ? (int) Math.max(1, Math.rint(columns / minRatio)) : rows;
        return new Crop((rows - h) / 2, (columns - w) / 2, h, w);
    }

    private Transform resized(Crop crop) {
        return Transforms.compose(crop, new Resize(height, width, 0, mode, antialias));
    }

    @Override
    public boolean acceptsBytes() {
        return true;
    }
}
