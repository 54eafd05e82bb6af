package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The usual transforms of pictures. Each takes {@code [C, H, W]} or {@code [N, C, H, W]} and gives as many dimensions.
 * Random ones draw anew for each picture of a batch.
 */
public final class Transforms {
    private Transforms() {}

    static void check(String name, Tensor x) {
        if (x.dim() < 3 || x.dim() > 4 || x.numel() == 0) {
            throw new IllegalArgumentException(
                    "%s: wants pictures [C, H, W] or [N, C, H, W], not %s".formatted(name, x.shape()));
        }
    }

    /** {@return one after the other} */
    public static Transform compose(Transform... transforms) {
        var all = new ArrayList<Transform>();
        for (Transform t : transforms) {
            if (t instanceof Composed c) {
                all.addAll(c.transforms());
            } else {
                all.add(t);
            }
        }
        return new Composed(List.copyOf(all));
    }

    /** {@return pixels as float32 from 0 to 1: uint8 is divided by 255, floating ones stay as they are} */
    public static Transform toFloat() {
        return Transforms::floats;
    }

    private static Tensor floats(Tensor x) {
        return x.dtype() == DType.UINT8 ? x.div(255) : x.to(DType.FLOAT32);
    }

    /**
     * Subtracts a mean and divides by a standard deviation, per channel; uint8 becomes float first.
     *
     * @throws IllegalArgumentException if the two are not as long as each other, or a deviation is not positive
     */
    public static Transform normalize(double[] mean, double[] std) {
        if (mean.length != std.length || mean.length == 0 || java.util.Arrays.stream(std).anyMatch(s -> !(s > 0))) {
            throw new IllegalArgumentException(
                    "normalize: wants a mean and a positive deviation per channel, not %s and %s"
                            .formatted(java.util.Arrays.toString(mean), java.util.Arrays.toString(std)));
        }
        Tensor m = Tensors.tensor(mean, DType.FLOAT32).reshape(-1, 1, 1).keep();
        Tensor s = Tensors.tensor(std, DType.FLOAT32).reshape(-1, 1, 1).keep();
        return x -> {
            check("normalize", x);
            if (x.size(-3) != mean.length && mean.length != 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "normalize: %d means for pictures %s", mean.length, x.shape()));
            }
            return floats(x).sub(m.to(x.device())).div(s.to(x.device()));
        };
    }

    /**
     * Scales the shorter side to {@code size}, the other in proportion: linear interpolation, and averaging where it
     * gets smaller. Bytes become what Pillow makes of them, and so torchvision, to the bit.
     */
    public static Transform resize(int size) {
        positive("resize", size);
        return new Resize(0, size);
    }

    /** Scales to {@code height} and {@code width}, whatever the proportions; as {@link #resize(int)} otherwise. */
    public static Transform resize(int height, int width) {
        positive("resize", height);
        positive("resize", width);
        return new Resize(height, width);
    }

    private static void positive(String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException(name + ": wants a size of at least 1, not " + size);
        }
    }

    /** {@return the middle {@code size x size} pixels; what is smaller gets zeros around it first} */
    public static Transform centerCrop(int size) {
        return centerCrop(size, size);
    }

    /** {@return the middle {@code height x width} pixels; what is smaller gets zeros around it first} */
    public static Transform centerCrop(int height, int width) {
        positive("centerCrop", height);
        positive("centerCrop", width);
        return x -> {
            check("centerCrop", x);
            Tensor y = pad(x, Math.max(0, height - x.size(-2)), Math.max(0, width - x.size(-1)));
            // halves to the even side, as torchvision rounds
            long top = (long) Math.rint((y.size(-2) - height) / 2.0);
            long left = (long) Math.rint((y.size(-1) - width) / 2.0);
            return y.narrow(-2, top, height).narrow(-1, left, width);
        };
    }

    /** Zeros in all, {@code rows} above and below and {@code columns} left and right. */
    private static Tensor pad(Tensor x, long rows, long columns) {
        if (rows == 0 && columns == 0) {
            return x;
        }
        long[] shape = x.shape().dims();
        shape[shape.length - 2] += rows;
        shape[shape.length - 1] += columns;
        Tensor out = x.newZeros(shape);
        out.narrow(-2, rows / 2, x.size(-2)).narrow(-1, columns / 2, x.size(-1)).copy_(x);
        return out;
    }

    /** Mirrors left and right, every other picture by chance. */
    public static Transform randomHorizontalFlip() {
        return randomHorizontalFlip(0.5);
    }

    /** Mirrors left and right with probability {@code p}. */
    public static Transform randomHorizontalFlip(double p) {
        return randomFlip("randomHorizontalFlip", -1, p);
    }

    /** Mirrors top and bottom, every other picture by chance. */
    public static Transform randomVerticalFlip() {
        return randomVerticalFlip(0.5);
    }

    /** Mirrors top and bottom with probability {@code p}. */
    public static Transform randomVerticalFlip(double p) {
        return randomFlip("randomVerticalFlip", -2, p);
    }

    private static Transform randomFlip(String name, int dim, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(name + ": a probability is from 0 to 1, not " + p);
        }
        return x -> {
            check(name, x);
            long n = x.dim() == 4 ? x.size(0) : 1;
            Tensor mirrored = x.device().with(() -> Tensors.rand(n, 1, 1, 1)).lt(p);
            return x.flip(dim).where(x.dim() == 4 ? mirrored : mirrored.squeeze(0), x);
        };
    }

    /**
     * A piece at a random place, of 8 to 100 percent of the area and proportions from 3:4 to 4:3, brought to {@code
     * size x size} pixels; different for each picture of a batch.
     */
    public static Transform randomResizedCrop(int size) {
        return randomResizedCrop(size, 0.08);
    }

    /** As {@link #randomResizedCrop(int)}, of {@code leastArea} to all of the picture's area. */
    public static Transform randomResizedCrop(int size, double leastArea) {
        positive("randomResizedCrop", size);
        if (!(leastArea > 0 && leastArea <= 1)) {
            throw new IllegalArgumentException(
                    "randomResizedCrop: a part of the area is above 0 and at most 1, not " + leastArea);
        }
        return new RandomResizedCrop(size, leastArea, 3.0 / 4);
    }

    /**
     * A piece of {@code size x size} pixels at a random place, different for each picture of a batch.
     *
     * @param padding zeros put around first, on each side
     */
    public static Transform randomCrop(int size, int padding) {
        positive("randomCrop", size);
        if (padding < 0) {
            throw new IllegalArgumentException("randomCrop: padding is not negative: " + padding);
        }
        return x -> {
            check("randomCrop", x);
            Tensor y = pad(x, 2L * padding, 2L * padding);
            long rows = y.size(-2) - size;
            long columns = y.size(-1) - size;
            if (rows < 0 || columns < 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "randomCrop: %d x %d pixels cannot be cut from pictures %s with padding %d",
                                size,
                                size,
                                x.shape(),
                                padding));
            }
            Tensor batch = y.dim() == 4 ? y : y.unsqueeze(0);
            long n = batch.size(0);
            long c = batch.size(1);
            Tensor top = x.device().with(() -> Tensors.randint(0, rows + 1, n));
            Tensor left = x.device().with(() -> Tensors.randint(0, columns + 1, n));
            Tensor i = x.device().with(() -> Tensors.arange(size));
            Tensor rowIndex = top.reshape(n, 1, 1, 1).add(i.reshape(1, 1, size, 1)).expand(n, c, size, batch.size(3));
            Tensor columnIndex = left.reshape(n, 1, 1, 1).add(i.reshape(1, 1, 1, size)).expand(n, c, size, size);
            Tensor cut = batch.gather(2, rowIndex).gather(3, columnIndex);
            return y.dim() == 4 ? cut : cut.squeeze(0);
        };
    }

    /** {@return one channel: see {@link Images#toGrey}; of pictures one at a time} */
    public static Transform grey() {
        return Images::toGrey;
    }

    /**
     * What networks trained on ImageNet expect: the shorter side 256, the middle 224 x 224, float, normalised by the
     * data set's mean and deviation per channel. Grey pictures become three equal channels.
     */
    public static Transform imagenet() {
        Transform all =
                compose(
                        resize(256),
                        centerCrop(224),
                        toFloat(),
                        normalize(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225}));
        return x -> {
            check("imagenet", x);
            long[] shape = x.shape().dims();
            if (shape[shape.length - 3] == 1) {
                shape[shape.length - 3] = 3;
                return all.apply(x.expand(shape));
            }
            return all.apply(x);
        };
    }
}
