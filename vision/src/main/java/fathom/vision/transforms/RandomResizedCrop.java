package fathom.vision.transforms;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;

/**
 * A crop of random area and aspect ratio at a random position, resized to a fixed size; drawn independently for each
 * image (Szegedy et al., 2014).
 *
 * @param size the side of the result
 * @param minArea the minimum fraction of the image's area; the maximum is 1
 * @param minRatio the minimum aspect ratio, width to height; the maximum is its reciprocal
 */
record RandomResizedCrop(int size, double minArea, double minRatio) implements ByteTransform {
    /** The number of attempts at drawing a crop that fits into the image. */
    private static final int TRIES = 10;

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("randomResizedCrop", x);
        if (x.dim() == 3) {
            return cropOne(x);
        }
        var crops = new ArrayList<Tensor>();
        for (long i = 0; i < x.size(0); i++) {
            crops.add(cropOne(x.select(0, i)));
        }
        return Tensors.stack(crops, 0);
    }

    private Tensor cropOne(Tensor x) {
        long height = x.size(-2);
        long width = x.size(-1);
        for (int i = 0; i < TRIES; i++) {
            double[] u = Tensors.rand(4).toDoubleArray();
            double area = height * width * (minArea + u[0] * (1 - minArea));
            double ratio = Math.exp(Math.log(minRatio) * (1 - 2 * u[1]));
            long w = Math.round(Math.sqrt(area * ratio));
            long h = Math.round(Math.sqrt(area / ratio));
            if (w > 0 && h > 0 && w <= width && h <= height) {
                long top = Math.min(height - h, (long) (u[2] * (height - h + 1)));
                long left = Math.min(width - w, (long) (u[3] * (width - w + 1)));
                return crop(x, top, left, h, w);
            }
        }
        // fallback: the centre crop with the aspect ratio nearest to the image's
        long w = Math.min(width, Math.max(1, Math.round(height / minRatio)));
        long h = Math.min(height, Math.max(1, Math.round(width / minRatio)));
        return crop(x, (height - h) / 2, (width - w) / 2, h, w);
    }

    private Tensor crop(Tensor x, long top, long left, long h, long w) {
        return Resampling.resize(x.narrow(-2, top, h).narrow(-1, left, w), size, size);
    }
}
