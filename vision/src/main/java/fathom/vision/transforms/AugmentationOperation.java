package fathom.vision.transforms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** The operations of AutoAugment and its successors, by magnitude. */
enum AugmentationOperation {
    IDENTITY(false),
    SHEAR_X(true),
    SHEAR_Y(true),
    TRANSLATE_X(true),
    TRANSLATE_Y(true),
    ROTATE(true),
    BRIGHTNESS(true),
    COLOR(true),
    CONTRAST(true),
    SHARPNESS(true),
    POSTERIZE(false),
    SOLARIZE(false),
    AUTO_CONTRAST(false),
    EQUALIZE(false),
    INVERT(false);

    private final boolean isSigned;

    AugmentationOperation(boolean isSigned) {
        this.isSigned = isSigned;
    }

    /** {@return whether the sign of the magnitude is drawn} */
    boolean isSigned() {
        return isSigned;
    }

    /**
     * {@return the magnitude of a level}
     *
     * @param level from 0 to 1
     * @param height the height of the image
     * @param width the width of the image
     * @param isWide whether ranges are those of TrivialAugmentWide
     */
    double magnitude(double level, long height, long width, boolean isWide) {
        return switch (this) {
            case SHEAR_X, SHEAR_Y -> level * (isWide ? 0.99 : 0.3);
            case TRANSLATE_X -> level * (isWide ? 32 : 150.0 / 331 * width);
            case TRANSLATE_Y -> level * (isWide ? 32 : 150.0 / 331 * height);
            case ROTATE -> level * (isWide ? 135 : 30);
            case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> level * (isWide ? 0.99 : 0.9);
            case POSTERIZE -> 8 - Math.rint(level * (isWide ? 6 : 4));
            case SOLARIZE -> 255 * (1 - level);
            default -> 0;
        };
    }

    /**
     * {@return the transform of a magnitude}
     *
     * @param options how changes of geometry are sampled
     */
    Transform at(double magnitude, WarpOptions options) {
        return switch (this) {
            case IDENTITY -> Compose.IDENTITY;
            case SHEAR_X -> new Affine(0, 0, 0, 1, degrees(magnitude), 0, options.around(0, 0));
            case SHEAR_Y -> new Affine(0, 0, 0, 1, 0, degrees(magnitude), options.around(0, 0));
            case TRANSLATE_X -> new Affine(0, (int) magnitude, 0, 1, 0, 0, options);
            case TRANSLATE_Y -> new Affine(0, 0, (int) magnitude, 1, 0, 0, options);
            case ROTATE -> new Affine(-magnitude, 0, 0, 1, 0, 0, options);
            case BRIGHTNESS -> Transforms.adjustBrightness(1 + magnitude);
            case COLOR -> Transforms.adjustSaturation(1 + magnitude);
            case CONTRAST -> Transforms.adjustContrast(1 + magnitude);
            case SHARPNESS -> Transforms.adjustSharpness(1 + magnitude);
            case POSTERIZE -> Transforms.posterize((int) magnitude);
            case SOLARIZE -> Transforms.solarize(magnitude);
            case AUTO_CONTRAST -> Transforms.autocontrast();
            case EQUALIZE -> Transforms.equalize();
            case INVERT -> Transforms.invert();
        };
    }

    /** {@return this operation at a level, its sign drawn} */
    Transform draw(RandomGenerator random, double level, long height, long width, boolean isWide, WarpOptions options) {
        double magnitude = magnitude(level, height, width, isWide);
        return at(isSigned && random.nextBoolean() ? -magnitude : magnitude, options);
    }

    /** The operations that RandAugment and TrivialAugment draw from. */
    private static final List<AugmentationOperation> DRAWN = Arrays.stream(values()).filter(o -> o != INVERT).toList();

    private static AugmentationOperation any(RandomGenerator random) {
        return DRAWN.get(random.nextInt(DRAWN.size()));
    }

    /** {@return a number of operations of random kind at a level} */
    static Transform randAugment(int number, double level, WarpOptions options) {
        return DrawnTransform.onBytes(
                "randAugment",
                (random, image) -> {
                    var steps = new ArrayList<Transform>();
                    for (int i = 0; i < number; i++) {
                        steps.add(any(random).draw(random, level, image.size(-2), image.size(-1), false, options));
                    }
                    return new Compose(steps);
                });
    }

    /** {@return one operation of random kind at one of {@code bins} levels} */
    static Transform trivialAugmentWide(int bins, WarpOptions options) {
        return DrawnTransform.onBytes(
                "trivialAugmentWide",
                (random, image) -> {
                    double level = (double) random.nextInt(bins) / (bins - 1);
                    return any(random).draw(random, level, image.size(-2), image.size(-1), true, options);
                });
    }

    private static double degrees(double slope) {
        return Math.toDegrees(Math.atan(slope));
    }
}
