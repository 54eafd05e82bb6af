package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The usual image transforms. Each takes {@code [C, H, W]} or {@code [N, C, H, W]} and returns as many dimensions.
 * Random ones draw independently for each image of a batch.
 */
public final class Transforms {
    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

    private Transforms() {}

    static void check(String name, Tensor x) {
        if (x.dim() < 3 || x.dim() > 4 || x.numel() == 0) {
            throw new IllegalArgumentException(
                    "%s: expected images [C, H, W] or [N, C, H, W], got %s".formatted(name, x.shape()));
        }
    }

    /** {@return the composition of transforms, applied in order} */
    public static Transform compose(Transform... transforms) {
        var all = new ArrayList<Transform>();
        for (Transform t : transforms) {
            if (t instanceof Compose c) {
                all.addAll(c.transforms());
            } else {
                all.add(t);
            }
        }
        return new Compose(List.copyOf(all));
    }

    /** {@return a conversion to float32 in [0, 1]: uint8 is divided by 255, floating-point values are kept} */
    public static Transform toFloat() {
        return Transforms::floats;
    }

    static Tensor floats(Tensor x) {
        return x.dtype() == DType.UINT8 ? x.div(255) : x.to(DType.FLOAT32);
    }

    /**
     * Subtracts a mean and divides by a standard deviation, per channel; uint8 is converted to float first.
     *
     * @throws IllegalArgumentException if the two differ in length, or a deviation is not positive
     */
    public static Transform normalize(double[] mean, double[] std) {
        if (mean.length != std.length || mean.length == 0 || java.util.Arrays.stream(std).anyMatch(s -> !(s > 0))) {
            throw new IllegalArgumentException(
                    "normalize: expected a mean and a positive standard deviation per channel, got %s and %s"
                            .formatted(java.util.Arrays.toString(mean), java.util.Arrays.toString(std)));
        }
        Tensor m = Tensors.tensor(mean, DType.FLOAT32).reshape(-1, 1, 1).keep();
        Tensor s = Tensors.tensor(std, DType.FLOAT32).reshape(-1, 1, 1).keep();
        return x -> {
            check("normalize", x);
            if (x.size(-3) != mean.length && mean.length != 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "normalize: %d means for images %s", mean.length, x.shape()));
            }
            return floats(x).sub(m.to(x.device())).div(s.to(x.device()));
        };
    }

    /**
     * Resizes the shorter side to {@code size}, preserving the aspect ratio, by antialiased bilinear interpolation.
     * Results for uint8 are bit for bit those of Pillow, and so of torchvision.
     */
    public static Transform resize(int size) {
        positive("resize", size);
        return new Resize(0, size);
    }

    /** Resizes to {@code height} and {@code width}; otherwise as {@link #resize(int)}. */
    public static Transform resize(int height, int width) {
        positive("resize", height);
        positive("resize", width);
        return new Resize(height, width);
    }

    private static void positive(String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException(name + ": expected a size of at least 1, got " + size);
        }
    }

    /** {@return the centre crop of {@code size x size} pixels; smaller images are padded with zeros first} */
    public static Transform centerCrop(int size) {
        return centerCrop(size, size);
    }

    /** {@return the centre crop of {@code height x width} pixels; smaller images are padded with zeros first} */
    public static Transform centerCrop(int height, int width) {
        positive("centerCrop", height);
        positive("centerCrop", width);
        return (ByteTransform)
                x -> {
                    check("centerCrop", x);
                    Tensor y = pad(x, Math.max(0, height - x.size(-2)), Math.max(0, width - x.size(-1)));
                    // rounds halves to even, as torchvision does
                    long top = (long) Math.rint((y.size(-2) - height) / 2.0);
                    long left = (long) Math.rint((y.size(-1) - width) / 2.0);
                    return y.narrow(-2, top, height).narrow(-1, left, width);
                };
    }

    /** Pads with {@code rows} rows of zeros in total, half above and half below, and likewise with columns. */
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

    /** Flips horizontally with probability 0.5. */
    public static Transform randomHorizontalFlip() {
        return randomHorizontalFlip(0.5);
    }

    /** Flips horizontally with probability {@code p}. */
    public static Transform randomHorizontalFlip(double p) {
        return randomFlip("randomHorizontalFlip", -1, p);
    }

    /** Flips vertically with probability 0.5. */
    public static Transform randomVerticalFlip() {
        return randomVerticalFlip(0.5);
    }

    /** Flips vertically with probability {@code p}. */
    public static Transform randomVerticalFlip(double p) {
        return randomFlip("randomVerticalFlip", -2, p);
    }

    private static Transform randomFlip(String name, int dim, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(name + ": expected a probability from 0 to 1, got " + p);
        }
        return (ByteTransform)
                x -> {
                    check(name, x);
                    long n = x.dim() == 4 ? x.size(0) : 1;
                    Tensor mirrored = x.device().with(() -> Tensors.rand(n, 1, 1, 1)).lt(p);
                    return x.flip(dim).where(x.dim() == 4 ? mirrored : mirrored.squeeze(0), x);
                };
    }

    /**
     * Crops at a random position, with 8 to 100 percent of the area and an aspect ratio from 3:4 to 4:3, and resizes to
     * {@code size x size} pixels; independently for each image of a batch.
     */
    public static Transform randomResizedCrop(int size) {
        return randomResizedCrop(size, 0.08);
    }

    /** As {@link #randomResizedCrop(int)}, with a fraction of {@code minArea} to 1 of the image's area. */
    public static Transform randomResizedCrop(int size, double minArea) {
        positive("randomResizedCrop", size);
        if (!(minArea > 0 && minArea <= 1)) {
            throw new IllegalArgumentException(
                    "randomResizedCrop: minArea must be above 0 and at most 1, got " + minArea);
        }
        return new RandomResizedCrop(size, minArea, 3.0 / 4);
    }

    /**
     * Crops {@code size x size} pixels at a random position, independently for each image of a batch.
     *
     * @param padding the number of zeros added on each side first
     */
    public static Transform randomCrop(int size, int padding) {
        positive("randomCrop", size);
        if (padding < 0) {
            throw new IllegalArgumentException("randomCrop: padding must not be negative, got " + padding);
        }
        return (ByteTransform)
                x -> {
                    check("randomCrop", x);
                    Tensor y = pad(x, 2L * padding, 2L * padding);
                    long rows = y.size(-2) - size;
                    long columns = y.size(-1) - size;
                    if (rows < 0 || columns < 0) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT,
                                        "randomCrop: cannot crop %d x %d pixels from images %s with padding %d",
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
                    Tensor rowIndex =
                            top.reshape(n, 1, 1, 1).add(i.reshape(1, 1, size, 1)).expand(n, c, size, batch.size(3));
                    Tensor columnIndex =
                            left.reshape(n, 1, 1, 1).add(i.reshape(1, 1, 1, size)).expand(n, c, size, size);
                    Tensor crops = batch.gather(2, rowIndex).gather(3, columnIndex);
                    return y.dim() == 4 ? crops : crops.squeeze(0);
                };
    }

    /**
     * {@return a conversion of single images to greyscale: {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601), of the
     * same type}
     */
    public static Transform grayscale() {
        return (ByteTransform) Transforms::toGrayscale;
    }

    private static Tensor toGrayscale(Tensor image) {
        if (image.dim() != 3 || image.size(0) != 1 && image.size(0) != 3) {
            throw new IllegalArgumentException(
                    "toGrayscale: expected shape [3, H, W] or [1, H, W], got " + image.shape());
        }
        if (image.size(0) == 1) {
            return image;
        }
        Tensor x = image.to(DType.FLOAT32);
        Tensor grey =
                x.select(0, 0).mul(0.299).add(x.select(0, 1).mul(0.587)).add(x.select(0, 2).mul(0.114)).unsqueeze(0);
        return image.dtype() == DType.UINT8 ? grey.round().clamp(0, 255).to(DType.UINT8) : grey.to(image.dtype());
    }

    /**
     * The preprocessing of networks trained on ImageNet: resize to 256, centre crop of 224 x 224, conversion to float,
     * normalisation by the data set's mean and standard deviation per channel. Greyscale images are expanded to three
     * channels.
     */
    public static Transform imagenet() {
        return compose(toRgb("imagenet"), resize(256), centerCrop(224), normalizeImagenet());
    }

    /** {@return the conversion to float and the normalisation of networks trained on ImageNet} */
    public static Transform normalizeImagenet() {
        return normalize(IMAGENET_MEAN, IMAGENET_STD);
    }

    /** {@return an expansion of greyscale images to three equal channels; colours are not changed} */
    public static Transform rgb() {
        return toRgb("rgb");
    }

    /** {@return an expansion of greyscale images to three channels; images of three channels are not changed} */
    static Transform toRgb(String name) {
        return (ByteTransform)
                x -> {
                    check(name, x);
                    long[] shape = x.shape().dims();
                    if (shape[shape.length - 3] != 1) {
                        return x;
                    }
                    shape[shape.length - 3] = 3;
                    return x.expand(shape);
                };
    }
}
