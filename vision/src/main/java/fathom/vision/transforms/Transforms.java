package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;

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

    /** {@return a conversion to grey values, of one channel: {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601)} */
    public static Transform grayscale() {
        return grayscale(1);
    }

    /** As {@link #grayscale()}, with 1 or 3 equal channels. */
    public static Transform grayscale(int channels) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("grayscale: expected 1 or 3 channels, got " + channels);
        }
        return new Grayscale(channels);
    }

    /** Removes colours with probability {@code p}; the number of channels remains. */
    public static Transform randomGrayscale(double p) {
        probability("randomGrayscale", p);
        return DrawnTransform.onBytes(
                "randomGrayscale",
                (random, image) -> random.nextDouble() < p ? new Grayscale((int) image.size(-3)) : Compose.IDENTITY);
    }

    /** Applies a transform with probability {@code p}: {@code randomApply(0.5, Transforms.equalize())}. */
    public static Transform randomApply(double p, Transform transform) {
        probability("randomApply", p);
        return new DrawnTransform(
                "randomApply",
                transform.acceptsBytes(),
                (random, image) -> random.nextDouble() < p ? transform : Compose.IDENTITY);
    }

    /** Applies one of several transforms, each with equal probability. */
    public static Transform randomChoice(Transform... transforms) {
        if (transforms.length == 0) {
            throw new IllegalArgumentException("randomChoice: expected at least one transform");
        }
        var all = List.of(transforms);
        return new DrawnTransform(
                "randomChoice",
                all.stream().allMatch(Transform::acceptsBytes),
                (random, image) -> all.get(random.nextInt(all.size())));
    }

    /** Pads with zeros on all sides. */
    public static Transform pad(int pixels) {
        return pad(pixels, o -> {});
    }

    /** Pads on all sides: {@code o -> o.mode(PaddingMode.REFLECT)}. */
    public static Transform pad(int pixels, Consumer<PadOptions> options) {
        return pad(pixels, pixels, pixels, pixels, options);
    }

    /** As {@link #pad(int, Consumer)}, with a number of pixels for each side. */
    public static Transform pad(int left, int top, int right, int bottom, Consumer<PadOptions> options) {
        if (Math.min(Math.min(left, right), Math.min(top, bottom)) < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pad: expected numbers of pixels from 0, got %d, %d, %d, %d",
                            left,
                            top,
                            right,
                            bottom));
        }
        var o = new PadOptions();
        options.accept(o);
        return new Padding(left, top, right, bottom, o.mode, o.fill, o.maskFill);
    }

    /**
     * The four corners and the centre of images, {@code size x size} pixels each: {@code [5, C, size, size]} of one
     * image, {@code [N, 5, C, size, size]} of a batch.
     */
    public static Transform fiveCrop(int size) {
        return fiveCrop(size, size);
    }

    /** As {@link #fiveCrop(int)}, with {@code height x width} pixels. */
    public static Transform fiveCrop(int height, int width) {
        positive("fiveCrop", height);
        positive("fiveCrop", width);
        return new ManyCrops("fiveCrop", height, width, false);
    }

    /** The crops of {@link #fiveCrop(int)}, then those of the image flipped horizontally: ten. */
    public static Transform tenCrop(int size) {
        return tenCrop(size, size);
    }

    /** As {@link #tenCrop(int)}, with {@code height x width} pixels. */
    public static Transform tenCrop(int height, int width) {
        positive("tenCrop", height);
        positive("tenCrop", width);
        return new ManyCrops("tenCrop", height, width, true);
    }

    /** Rotates by an angle in degrees, counter-clockwise, around the centre. */
    public static Transform rotate(double angle) {
        return rotate(angle, o -> {});
    }

    /** As {@link #rotate(double)}: {@code o -> o.interpolation(InterpolationMode.BILINEAR).expand(true)}. */
    public static Transform rotate(double angle, Consumer<WarpOptions> options) {
        return new Affine(-finite("rotate", angle), 0, 0, 1, 0, 0, warp(InterpolationMode.NEAREST, options));
    }

    /** Rotates by an angle from {@code -degrees} to {@code degrees}. */
    public static Transform randomRotation(double degrees) {
        return randomRotation(-degrees, degrees, o -> {});
    }

    /** Rotates by an angle from {@code least} to {@code most} degrees, counter-clockwise. */
    public static Transform randomRotation(double least, double most, Consumer<WarpOptions> options) {
        WarpOptions o = warp(InterpolationMode.NEAREST, options);
        finite("randomRotation", least);
        finite("randomRotation", most);
        return DrawnTransform.onBytes(
                "randomRotation",
                (random, image) -> new Affine(-DrawnTransform.uniform(random, least, most), 0, 0, 1, 0, 0, o));
    }

    /**
     * Rotates, shears and scales around the centre, then translates.
     *
     * @param angle the rotation in degrees, clockwise
     * @param x the translation to the right in pixels
     * @param y the translation downwards in pixels
     * @param scale the factor of size
     * @param shearX the shear along x in degrees
     * @param shearY the shear along y in degrees
     */
    public static Transform affine(
            double angle,
            double x,
            double y,
            double scale,
            double shearX,
            double shearY,
            Consumer<WarpOptions> options) {
        if (!(finite("affine", scale) > 0)) {
            throw new IllegalArgumentException("affine: expected a positive scale, got " + scale);
        }
        return new Affine(
                finite("affine", angle),
                finite("affine", x),
                finite("affine", y),
                scale,
                finite("affine", shearX),
                finite("affine", shearY),
                warp(InterpolationMode.NEAREST, options));
    }

    /**
     * Rotates by an angle from {@code -degrees} to {@code degrees} and, if set so, translates, scales and shears:
     * {@code o -> o.translate(0.1, 0.1).scale(0.8, 1.2)}.
     */
    public static Transform randomAffine(double degrees, Consumer<RandomAffineOptions> options) {
        finite("randomAffine", degrees);
        var o = new RandomAffineOptions();
        options.accept(o);
        return DrawnTransform.onBytes("randomAffine", (random, image) -> o.draw(random, image, -degrees, degrees));
    }

    /**
     * Moves four points of images to four others, and all else by the projective map that does so.
     *
     * @param from x and y of four points, in pixels
     * @param to where they go
     */
    public static Transform perspective(double[] from, double[] to, Consumer<WarpOptions> options) {
        if (from.length != 8 || to.length != 8) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "perspective: expected x and y of four points, got %d and %d numbers",
                            from.length,
                            to.length));
        }
        return new Perspective(
                DoubleStream.of(from).map(v -> finite("perspective", v)).boxed().toList(),
                DoubleStream.of(to).map(v -> finite("perspective", v)).boxed().toList(),
                warp(InterpolationMode.BILINEAR, options));
    }

    /** Moves the corners inwards by up to a quarter of the sides, with probability 0.5. */
    public static Transform randomPerspective() {
        return randomPerspective(0.5, 0.5, o -> {});
    }

    /**
     * Moves the corners inwards at random.
     *
     * @param distortion how far at most, from 0 to 1, as a fraction of half the sides
     * @param p the probability
     */
    public static Transform randomPerspective(double distortion, double p, Consumer<WarpOptions> options) {
        probability("randomPerspective, distortion", distortion);
        probability("randomPerspective", p);
        WarpOptions o = warp(InterpolationMode.BILINEAR, options);
        return DrawnTransform.onBytes(
                "randomPerspective",
                (random, image) ->
                        random.nextDouble() < p
                                ? Perspective.draw(random, (int) image.size(-2), (int) image.size(-1), distortion, o)
                                : Compose.IDENTITY);
    }

    private static WarpOptions warp(InterpolationMode mode, Consumer<WarpOptions> options) {
        var o = new WarpOptions(mode);
        options.accept(o);
        return o;
    }

    private static double finite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + ": expected a finite number, got " + value);
        }
        return value;
    }

    /** Blurs by a Gaussian kernel of {@code size x size} pixels, an odd number, with a deviation from 0.1 to 2. */
    public static Transform gaussianBlur(int size) {
        return gaussianBlur(size, 0.1, 2);
    }

    /**
     * Blurs by a Gaussian kernel with a random standard deviation.
     *
     * @param size the height and width of the kernel, an odd number
     * @param least the smallest standard deviation in pixels
     * @param most the greatest standard deviation in pixels
     */
    public static Transform gaussianBlur(int size, double least, double most) {
        if (size < 1 || size % 2 == 0) {
            throw new IllegalArgumentException("gaussianBlur: expected a kernel of odd size, got " + size);
        }
        if (!(least > 0 && least <= most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "gaussianBlur: expected a range of positive deviations, got %s to %s",
                            least,
                            most));
        }
        return DrawnTransform.onBytes(
                "gaussianBlur",
                (random, image) -> {
                    double sigma = DrawnTransform.uniform(random, least, most);
                    return new GaussianBlur(size, size, sigma, sigma);
                });
    }

    /**
     * Erases a random rectangle of floating-point images (Zhong et al., 2017), after normalisation as a rule: {@code o
     * -> o.p(0.25).randomValues()}.
     */
    public static Transform randomErasing(Consumer<RandomErasingOptions> options) {
        var o = new RandomErasingOptions();
        options.accept(o);
        return new DrawnTransform("randomErasing", false, o::draw);
    }

    /**
     * Two operations of random kind and given magnitude (Cubuk et al., 2020, "RandAugment"), with torchvision's
     * defaults: magnitude 9 of 31.
     */
    public static Transform randAugment() {
        return randAugment(2, 9, 31, o -> {});
    }

    /**
     * Operations of random kind and given magnitude (Cubuk et al., 2020, "RandAugment").
     *
     * @param numOps the number of operations
     * @param magnitude their magnitude, from 0 to {@code numMagnitudeBins - 1}
     * @param numMagnitudeBins the number of magnitudes
     * @param options how changes of geometry are sampled
     */
    public static Transform randAugment(
            int numOps, int magnitude, int numMagnitudeBins, Consumer<WarpOptions> options) {
        if (numOps < 0 || numMagnitudeBins < 2 || magnitude < 0 || magnitude >= numMagnitudeBins) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randAugment: expected a number of operations and a magnitude below that of the bins, got %d, %d and %d",
                            numOps,
                            magnitude,
                            numMagnitudeBins));
        }
        return AugmentationOperation.randAugment(
                numOps, (double) magnitude / (numMagnitudeBins - 1), warp(InterpolationMode.NEAREST, options));
    }

    /** One operation of random kind and magnitude (Müller and Hutter, 2021, "TrivialAugment"). */
    public static Transform trivialAugmentWide() {
        return trivialAugmentWide(31, o -> {});
    }

    /** As {@link #trivialAugmentWide()}, with a number of magnitudes. */
    public static Transform trivialAugmentWide(int numMagnitudeBins, Consumer<WarpOptions> options) {
        if (numMagnitudeBins < 2) {
            throw new IllegalArgumentException(
                    "trivialAugmentWide: expected at least 2 magnitudes, got " + numMagnitudeBins);
        }
        return AugmentationOperation.trivialAugmentWide(numMagnitudeBins, warp(InterpolationMode.NEAREST, options));
    }

    /** Two operations of a policy found by search (Cubuk et al., 2019, "AutoAugment"). */
    public static Transform autoAugment(AutoAugmentPolicy policy) {
        return autoAugment(policy, o -> {});
    }

    /** As {@link #autoAugment(AutoAugmentPolicy)}, with options of how changes of geometry are sampled. */
    public static Transform autoAugment(AutoAugmentPolicy policy, Consumer<WarpOptions> options) {
        return policy.transform(warp(InterpolationMode.NEAREST, options));
    }

    /**
     * Blends each image of a batch with its predecessor (Zhang et al., 2018, "mixup"): labels become probabilities,
     * float32 {@code [N, classes]}.
     *
     * {@snippet :
     * Dataset mixed = data.train().mapBatches(Transforms.mixUp(10, 0.2));
     * }
     *
     * @param alpha the parameter of the proportion's distribution, Beta(alpha, alpha): the smaller, the less is blended
     */
    public static UnaryOperator<Batch> mixUp(int classes, double alpha) {
        return new BatchMixing(false, classes, alpha);
    }

    /**
     * Pastes a rectangle of its predecessor into each image of a batch (Yun et al., 2019, "CutMix"): labels become
     * probabilities, float32 {@code [N, classes]}.
     *
     * @param alpha the parameter of the distribution of the area that remains, Beta(alpha, alpha)
     */
    public static UnaryOperator<Batch> cutMix(int classes, double alpha) {
        return new BatchMixing(true, classes, alpha);
    }

    /**
     * The preprocessing of networks trained on ImageNet: resize to 256, centre crop of 224 x 224, conversion to float,
     * normalisation by the data set's mean and standard deviation per channel. Greyscale images are expanded to three
     * channels.
     */
    public static Transform imagenet() {
        return compose(toRgb("imagenet"), resize(256), centerCrop(224), normalizeImagenet());
    }

    /** {@return the mean colour of ImageNet} */
    public static List<Double> imagenetMean() {
        return Arrays.stream(IMAGENET_MEAN).boxed().toList();
    }

    /** {@return the standard deviations of ImageNet's colours} */
    public static List<Double> imagenetStd() {
        return Arrays.stream(IMAGENET_STD).boxed().toList();
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
