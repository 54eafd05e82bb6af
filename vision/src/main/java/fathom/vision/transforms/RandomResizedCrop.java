package fathom.vision.transforms;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
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
        boolean isOneOperation =
                x.dim() == 4 && x.dtype().isFloating() && mode == InterpolationMode.BILINEAR && antialias;
        return isOneOperation ? batch(x) : RandomTransform.super.apply(x);
    }

    /**
     * {@return a batch cropped and resized by products with matrices of weights} All is computed from random tensors by
     * operations, so that a step with it may be captured.
     */
    private Tensor batch(Tensor x) {
        long n = x.size(0);
        long rows = x.size(2);
        long columns = x.size(3);
        Tensor u = x.device().with(() -> Tensors.rand(4, TRIES, n));
        Tensor area = u.select(0, 0).mul(maxArea - minArea).add(minArea).mul(rows * columns);
        Tensor ratio = u.select(0, 1).mul(Math.log(maxRatio / minRatio)).add(Math.log(minRatio)).exp();
        Tensor w = area.mul(ratio).sqrt().round();
        Tensor h = area.div(ratio).sqrt().round();
        Tensor fits = w.ge(1).logicalAnd(h.ge(1)).logicalAnd(w.le(columns)).logicalAnd(h.le(rows));
        Crop centre = centre(Math.toIntExact(rows), Math.toIntExact(columns));
        Tensor height = x.newFull(centre.height(), DType.FLOAT32, n);
        Tensor width = x.newFull(centre.width(), DType.FLOAT32, n);
        Tensor top = x.newFull(centre.top(), DType.FLOAT32, n);
        Tensor left = x.newFull(centre.left(), DType.FLOAT32, n);
        // the first attempt that fits is the last to be taken
        for (int i = TRIES - 1; i >= 0; i--) {
            Tensor isTaken = fits.select(0, i);
            height = h.select(0, i).where(isTaken, height);
            width = w.select(0, i).where(isTaken, width);
            top = place(u.select(0, 2).select(0, i), h.select(0, i), rows).where(isTaken, top);
            left = place(u.select(0, 3).select(0, i), w.select(0, i), columns).where(isTaken, left);
        }
        Tensor wide = x.to(DType.FLOAT32);
        Tensor across = weights(left, width, columns, this.width).transpose(1, 2).unsqueeze(1);
        Tensor down = weights(top, height, rows, this.height).unsqueeze(1);
        return down.matmul(wide.matmul(across)).to(x.dtype());
    }

    /** {@return the first pixel of crops, by random numbers in [0, 1)} */
    private static Tensor place(Tensor u, Tensor size, long of) {
        Tensor room = size.rsub(of);
        return u.mul(room.add(1)).floor().minimum(room);
    }

    /**
     * {@return the weights of antialiased bilinear interpolation from crops of lines to lines of a fixed length, {@code
     * [N, to, from]}}
     *
     * @param begin the first pixel of each crop
     * @param size the number of its pixels
     */
    private static Tensor weights(Tensor begin, Tensor size, long from, long to) {
        Tensor first = begin.reshape(-1, 1, 1);
        Tensor scale = size.reshape(-1, 1, 1).div(to);
        Tensor out = begin.device().with(() -> Tensors.arange(to, DType.FLOAT32)).reshape(1, -1, 1);
        Tensor in = begin.device().with(() -> Tensors.arange(from, DType.FLOAT32)).reshape(1, 1, -1);
        Tensor center = out.add(0.5).mul(scale).add(first);
        Tensor triangle = in.add(0.5).sub(center).abs().div(scale.clampMin(1)).rsub(1);
        Tensor isInside = in.ge(first).logicalAnd(in.lt(first.add(size.reshape(-1, 1, 1))));
        Tensor weights = triangle.clamp(0, 1).mul(isInside);
        return weights.div(weights.sum(2, KeepDim.KEEP_DIM));
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
