package fathom.vision.transforms;

import java.util.Locale;

/** Options of {@link Transforms#randomResizedCrop(int, java.util.function.Consumer)}. */
public final class RandomResizedCropOptions {
    double minArea = 0.08;
    double maxArea = 1;
    double minRatio = 3.0 / 4;
    double maxRatio = 4.0 / 3;
    InterpolationMode interpolation = InterpolationMode.BILINEAR;
    boolean antialias = true;

    RandomResizedCropOptions() {}

    /** The range of the crop's area, as fractions of the image's. Default: 0.08 to 1. */
    public RandomResizedCropOptions scale(double least, double most) {
        if (!(least > 0 && least <= most && most <= 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomResizedCrop: expected a range of areas above 0 and at most 1, got %s to %s",
                            least,
                            most));
        }
        minArea = least;
        maxArea = most;
        return this;
    }

    /** The range of the crop's aspect ratio, width to height. Default: 3/4 to 4/3. */
    public RandomResizedCropOptions ratio(double least, double most) {
        if (!(least > 0 && least <= most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomResizedCrop: expected a range of positive aspect ratios, got %s to %s",
                            least,
                            most));
        }
        minRatio = least;
        maxRatio = most;
        return this;
    }

    /** The interpolation between pixels. Default: BILINEAR. */
    public RandomResizedCropOptions interpolation(InterpolationMode mode) {
        interpolation = mode;
        return this;
    }

    /** Whether to widen the filter when shrinking. Default: yes. */
    public RandomResizedCropOptions antialias(boolean antialias) {
        this.antialias = antialias;
        return this;
    }
}
