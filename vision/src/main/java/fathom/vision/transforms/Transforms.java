package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

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
        return resize(size, o -> {});
    }

    /**
     * As {@link #resize(int)}, with options: {@code o -> o.interpolation(InterpolationMode.BICUBIC)}.
     *
     * <p>Bilinear and bicubic results for uint8 with antialiasing are those of Pillow; others those of torchvision for
     * tensors.
     */
    public static Transform resize(int size, Consumer<ResizeOptions> options) {
        positive("resize", size);
        return resized(0, size, options);
    }

    /** Resizes to {@code height} and {@code width}; otherwise as {@link #resize(int)}. */
    public static Transform resize(int height, int width) {
        positive("resize", height);
        positive("resize", width);
        return resized(height, width, o -> {});
    }

    /** Resizes to {@code height} and {@code width}; otherwise as {@link #resize(int, Consumer)}. */
    public static Transform resize(int height, int width, Consumer<ResizeOptions> options) {
        positive("resize", height);
        positive("resize", width);
        return resized(height, width, options);
    }

    private static Transform resized(int height, int width, Consumer<ResizeOptions> options) {
        var o = new ResizeOptions();
        options.accept(o);
        if (o.maxSize > 0 && (height > 0 || o.maxSize <= width)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            height > 0
                                    ? "resize: maxSize is for resizing the shorter side, not to %2$d x %3$d"
                                    : "resize: maxSize %1$d must be greater than the shorter side, %3$d",
                            o.maxSize,
                            height,
                            width));
        }
        return new Resize(height, width, o.maxSize, o.interpolation, o.antialias);
    }

    static void positive(String name, int size) {
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
        return new CenterCrop(height, width);
    }

    /**
     * {@return the crop of {@code height x width} pixels from row {@code top} and column {@code left} on; what lies
     * outside of the image is zero}
     */
    public static Transform crop(int top, int left, int height, int width) {
        positive("crop", height);
        positive("crop", width);
        return new Crop(top, left, height, width);
    }

    /** {@return the mirror image, left to right} */
    public static Transform horizontalFlip() {
        return Flip.HORIZONTAL;
    }

    /** {@return the mirror image, upside down} */
    public static Transform verticalFlip() {
        return Flip.VERTICAL;
    }

    /** Flips horizontally with probability 0.5. */
    public static Transform randomHorizontalFlip() {
        return randomHorizontalFlip(0.5);
    }

    /** Flips horizontally with probability {@code p}. */
    public static Transform randomHorizontalFlip(double p) {
        return new RandomFlip("randomHorizontalFlip", Flip.HORIZONTAL, probability("randomHorizontalFlip", p));
    }

    /** Flips vertically with probability 0.5. */
    public static Transform randomVerticalFlip() {
        return randomVerticalFlip(0.5);
    }

    /** Flips vertically with probability {@code p}. */
    public static Transform randomVerticalFlip(double p) {
        return new RandomFlip("randomVerticalFlip", Flip.VERTICAL, probability("randomVerticalFlip", p));
    }

    static double probability(String name, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(name + ": expected a probability from 0 to 1, got " + p);
        }
        return p;
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
        return randomResizedCrop(size, o -> o.scale(minArea, 1));
    }

    /** As {@link #randomResizedCrop(int)}, with options: {@code o -> o.scale(0.1, 1).ratio(0.5, 2)}. */
    public static Transform randomResizedCrop(int size, Consumer<RandomResizedCropOptions> options) {
        return randomResizedCrop(size, size, options);
    }

    /** As {@link #randomResizedCrop(int, Consumer)}, to {@code height x width} pixels. */
    public static Transform randomResizedCrop(int height, int width, Consumer<RandomResizedCropOptions> options) {
        positive("randomResizedCrop", height);
        positive("randomResizedCrop", width);
        var o = new RandomResizedCropOptions();
        options.accept(o);
        return new RandomResizedCrop(
                height, width, o.minArea, o.maxArea, o.minRatio, o.maxRatio, o.interpolation, o.antialias);
    }

    /**
     * Crops {@code size x size} pixels at a random position, independently for each image of a batch.
     *
     * @param padding the number of zeros added on each side first
     */
    public static Transform randomCrop(int size, int padding) {
        return randomCrop(size, size, padding);
    }

    /**
     * Crops {@code height x width} pixels at a random position, independently for each image of a batch.
     *
     * @param padding the number of zeros added on each side first
     */
    public static Transform randomCrop(int height, int width, int padding) {
        positive("randomCrop", height);
        positive("randomCrop", width);
        if (padding < 0) {
            throw new IllegalArgumentException("randomCrop: padding must not be negative, got " + padding);
        }
        return new RandomCrop(height, width, padding);
    }

    /**
     * Changes brightness, contrast, saturation and hue at random, in random order, independently for each image of a
     * batch: {@code c -> c.brightness(0.5).hue(0.5)}.
     *
     * <p>Images have one channel, which saturation and hue leave as they are, or three.
     */
    public static Transform colorJitter(Consumer<ColorJitterOptions> options) {
        var o = new ColorJitterOptions();
        options.accept(o);
        return new ColorJitter(o);
    }

    /** As {@link #colorJitter(Consumer)}: the ranges around no change, as torchvision's {@code ColorJitter}. */
    public static Transform colorJitter(double brightness, double contrast, double saturation, double hue) {
        return colorJitter(c -> c.brightness(brightness).contrast(contrast).saturation(saturation).hue(hue));
    }

    /** Multiplies pixels by a factor: 0 gives black, 1 the image. */
    public static Transform adjustBrightness(double factor) {
        return new ColorChange(ColorChange.Kind.BRIGHTNESS, factor("adjustBrightness", factor));
    }

    /** Multiplies differences from the mean grey by a factor: 0 gives one grey, 1 the image. */
    public static Transform adjustContrast(double factor) {
        return new ColorChange(ColorChange.Kind.CONTRAST, factor("adjustContrast", factor));
    }

    /** Multiplies differences from each pixel's grey by a factor: 0 gives a grey image, 1 the image. */
    public static Transform adjustSaturation(double factor) {
        return new ColorChange(ColorChange.Kind.SATURATION, factor("adjustSaturation", factor));
    }

    /** Multiplies differences from a smoothed image by a factor: 0 gives the smoothed one, 1 the image. */
    public static Transform adjustSharpness(double factor) {
        return new ColorChange(ColorChange.Kind.SHARPNESS, factor("adjustSharpness", factor));
    }

    private static double factor(String name, double factor) {
        if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": expected a factor of at least 0, got " + factor);
        }
        return factor;
    }

    /**
     * Turns the colour circle.
     *
     * @param turns the number of turns, from -0.5 to 0.5
     */
    public static Transform adjustHue(double turns) {
        if (!(turns >= -0.5 && turns <= 0.5)) {
            throw new IllegalArgumentException("adjustHue: expected -0.5 to 0.5 turns, got " + turns);
        }
        return new ColorChange(ColorChange.Kind.HUE, turns);
    }

    /** {@return the negative} */
    public static Transform invert() {
        return new ColorChange(ColorChange.Kind.INVERT, 0);
    }

    /** Keeps the upper {@code bits} of each pixel's eight. */
    public static Transform posterize(int bits) {
        if (bits < 0 || bits > 8) {
            throw new IllegalArgumentException("posterize: expected 0 to 8 bits, got " + bits);
        }
        return new ColorChange(ColorChange.Kind.POSTERIZE, bits);
    }

    /**
     * Inverts pixels from a threshold on.
     *
     * @param threshold from 0 to 255, also for floating-point images, whose 1 is 255
     */
    public static Transform solarize(double threshold) {
        return new ColorChange(ColorChange.Kind.SOLARIZE, threshold);
    }

    /** Makes the histogram of each channel even. */
    public static Transform equalize() {
        return new ColorChange(ColorChange.Kind.EQUALIZE, 0);
    }

    /** Stretches the values of each channel to the whole range. */
    public static Transform autocontrast() {
        return new ColorChange(ColorChange.Kind.AUTOCONTRAST, 0);
    }

    /**
     * Removes boxes with a side below {@code minSize} pixels, and their labels, from samples; images alone are not
     * changed. Boxes that crops or rotations moved out of the image have sides of length 0.
     */
    public static Transform sanitizeBoundingBoxes(double minSize) {
        if (!(minSize >= 0)) {
            throw new IllegalArgumentException("sanitizeBoundingBoxes: expected a size from 0, got " + minSize);
        }
        return new SanitizeBoxes(minSize);
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

    /** {@return the inverse of {@link #normalizeImagenet}: from normalised images to colours from 0 to 1} */
    public static Transform denormalizeImagenet() {
        var mean = new double[IMAGENET_MEAN.length];
        var std = new double[IMAGENET_STD.length];
        for (int c = 0; c < mean.length; c++) {
            std[c] = 1 / IMAGENET_STD[c];
            mean[c] = -IMAGENET_MEAN[c] / IMAGENET_STD[c];
        }
        return normalize(mean, std).then(x -> x.clamp(0, 1));
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
