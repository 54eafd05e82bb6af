package fathom.vision.transforms;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A crop of fixed size at a random position, after padding with zeros. Batches are cropped by one operation, which may
 * be captured.
 */
record RandomCrop(int height, int width, int padding) implements RandomTransform {
    @Override
    public Transform draw(RandomGenerator random, Tensor image) {
        long[] room = room(image);
        int top = (int) random.nextLong(room[0] + 1) - padding;
        int left = (int) random.nextLong(room[1] + 1) - padding;
        return new Crop(top, left, height, width);
    }

    /** {@return the number of rows and columns by which the padded image is larger than the crop} */
    private long[] room(Tensor x) {
        long rows = x.size(-2) + 2L * padding - height;
        long columns = x.size(-1) + 2L * padding - width;
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomCrop: cannot crop %d x %d pixels from images %s with padding %d",
                            height,
                            width,
                            x.shape(),
                            padding));
        }
        return new long[] {rows, columns};
    }

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("randomCrop", x);
        if (x.dim() == 3) {
            return RandomTransform.super.apply(x);
        }
        long[] room = room(x);
        long n = x.size(0);
        long c = x.size(1);
        Tensor y =
                new Crop(
                                -padding,
                                -padding,
                                Math.toIntExact(x.size(2) + 2L * padding),
                                Math.toIntExact(x.size(3) + 2L * padding))
                        .apply(x);
        Tensor top = x.device().with(() -> Tensors.randint(0, room[0] + 1, n));
        Tensor left = x.device().with(() -> Tensors.randint(0, room[1] + 1, n));
        Tensor i = x.device().with(() -> Tensors.arange(height));
        Tensor j = x.device().with(() -> Tensors.arange(width));
        Tensor rows = top.reshape(n, 1, 1, 1).add(i.reshape(1, 1, height, 1)).expand(n, c, height, y.size(3));
        Tensor columns = left.reshape(n, 1, 1, 1).add(j.reshape(1, 1, 1, width)).expand(n, c, height, width);
        return y.gather(2, rows).gather(3, columns);
    }

    @Override
    public boolean acceptsBytes() {
        return true;
    }
}
