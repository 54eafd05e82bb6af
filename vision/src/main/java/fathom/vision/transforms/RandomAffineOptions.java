package fathom.vision.transforms;

import fathom.Tensor;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Options of {@link Transforms#randomAffine(double, java.util.function.Consumer)}. */
public final class RandomAffineOptions {
    private final WarpOptions warp = new WarpOptions(InterpolationMode.NEAREST);
    private double across;
    private double down;
    private double minScale = 1;
    private double maxScale = 1;
    private double minShearX;
    private double maxShearX;
    private double minShearY;
    private double maxShearY;

    RandomAffineOptions() {}

    /** The greatest translation along both axes, as fractions of the width and the height. Default: 0, 0. */
    public RandomAffineOptions translate(double across, double down) {
        this.across = Transforms.probability("randomAffine, translate", across);
        this.down = Transforms.probability("randomAffine, translate", down);
        return this;
    }

    /** The range of the factor of size. Default: 1 to 1. */
    public RandomAffineOptions scale(double least, double most) {
        if (!(least > 0 && least <= most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomAffine: expected a range of positive factors, got %s to %s",
                            least,
                            most));
        }
        minScale = least;
        maxScale = most;
        return this;
    }

    /** The range of the shear along x, in degrees: from {@code -by} to {@code by}. Default: 0. */
    public RandomAffineOptions shear(double by) {
        return shear(-by, by, 0, 0);
    }

    /** The ranges of the shears along both axes, in degrees. Default: 0. */
    public RandomAffineOptions shear(double leastX, double mostX, double leastY, double mostY) {
        minShearX = leastX;
        maxShearX = mostX;
        minShearY = leastY;
        maxShearY = mostY;
        return this;
    }

    /** As {@link WarpOptions#interpolation}. Default: NEAREST. */
    public RandomAffineOptions interpolation(InterpolationMode mode) {
        warp.interpolation(mode);
        return this;
    }

    /** As {@link WarpOptions#fill}. Default: 0. */
    public RandomAffineOptions fill(double... channels) {
        warp.fill(channels);
        return this;
    }

    /** As {@link WarpOptions#maskFill}. Default: 0. */
    public RandomAffineOptions maskFill(double value) {
        warp.maskFill(value);
        return this;
    }

    /** As {@link WarpOptions#center}. Default: the centre. */
    public RandomAffineOptions center(double x, double y) {
        warp.center(x, y);
        return this;
    }

    Transform draw(RandomGenerator random, Tensor image, double minAngle, double maxAngle) {
        double dx = across * image.size(-1);
        double dy = down * image.size(-2);
        return new Affine(
                DrawnTransform.uniform(random, minAngle, maxAngle),
                Math.rint(DrawnTransform.uniform(random, -dx, dx)),
                Math.rint(DrawnTransform.uniform(random, -dy, dy)),
                DrawnTransform.uniform(random, minScale, maxScale),
                DrawnTransform.uniform(random, minShearX, maxShearX),
                DrawnTransform.uniform(random, minShearY, maxShearY),
                warp);
    }
}
