package fathom.vision;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;

/**
 * A piece of random size and proportions at a random place, brought to a fixed size; drawn anew for each picture
 * (Szegedy et al., 2014).
 *
 * @param size the side of what comes out
 * @param leastArea the least part of the picture's area; the most is all of it
 * @param leastRatio the least proportion of width to height; the greatest is its reciprocal
 */
record RandomResizedCrop(int size, double leastArea, double leastRatio) implements Transform {
    /** Some pieces do not fit into the picture; then another is drawn, so many times. */
    private static final int TRIES = 10;

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("randomResizedCrop", x);
        if (x.dim() == 3) {
            return one(x);
        }
        var pieces = new ArrayList<Tensor>();
        for (long i = 0; i < x.size(0); i++) {
            pieces.add(one(x.select(0, i)));
        }
        return Tensors.stack(pieces, 0);
    }

    private Tensor one(Tensor x) {
        long height = x.size(-2);
        long width = x.size(-1);
        for (int i = 0; i < TRIES; i++) {
            double[] u = Tensors.rand(4).toDoubleArray();
            double area = height * width * (leastArea + u[0] * (1 - leastArea));
            double ratio = Math.exp(Math.log(leastRatio) * (1 - 2 * u[1]));
            long w = Math.round(Math.sqrt(area * ratio));
            long h = Math.round(Math.sqrt(area / ratio));
            if (w > 0 && h > 0 && w <= width && h <= height) {
                long top = Math.min(height - h, (long) (u[2] * (height - h + 1)));
                long left = Math.min(width - w, (long) (u[3] * (width - w + 1)));
                return piece(x, top, left, h, w);
            }
        }
        // the middle, in the proportions nearest to the picture's
        long w = Math.min(width, Math.max(1, Math.round(height / leastRatio)));
        long h = Math.min(height, Math.max(1, Math.round(width / leastRatio)));
        return piece(x, (height - h) / 2, (width - w) / 2, h, w);
    }

    private Tensor piece(Tensor x, long top, long left, long h, long w) {
        return Resampling.resize(x.narrow(-2, top, h).narrow(-1, left, w), size, size);
    }
}
