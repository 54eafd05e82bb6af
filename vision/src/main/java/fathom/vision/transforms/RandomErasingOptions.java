package fathom.vision.transforms;

import fathom.Tensor;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Options of {@link Transforms#randomErasing(java.util.function.Consumer)}. */
public final class RandomErasingOptions {
    private static final int TRIES = 10;

    private double p = 0.5;
    private double minArea = 0.02;
    private double maxArea = 0.33;
    private double minRatio = 0.3;
    private double maxRatio = 3.3;
    private Fill value = Fill.ZERO;
    private boolean isRandom;

    RandomErasingOptions() {}

    /** The probability that something is erased. Default: 0.5. */
    public RandomErasingOptions p(double probability) {
        p = Transforms.probability("randomErasing", probability);
        return this;
    }

    /** The range of the erased area, as fractions of the image's. Default: 0.02 to 0.33. */
    public RandomErasingOptions scale(double least, double most) {
        if (!(least >= 0 && least <= most && most <= 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomErasing: expected a range of areas from 0 to 1, got %s to %s",
                            least,
                            most));
        }
        minArea = least;
        maxArea = most;
        return this;
    }

    /** The range of the erased rectangle's aspect ratio, height to width. Default: 0.3 to 3.3. */
    public RandomErasingOptions ratio(double least, double most) {
        if (!(least > 0 && least <= most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomErasing: expected a range of positive aspect ratios, got %s to %s",
                            least,
                            most));
        }
        minRatio = least;
        maxRatio = most;
        return this;
    }

    /** The value of erased pixels, one for all channels or one per channel. Default: 0. */
    public RandomErasingOptions value(double... channels) {
        value = Fill.of(channels);
        isRandom = false;
        return this;
    }

    /** Erased pixels are drawn from the standard normal distribution, as is right for normalised images. */
    public RandomErasingOptions randomValues() {
        isRandom = true;
        return this;
    }

    Transform draw(RandomGenerator random, Tensor image) {
        if (random.nextDouble() >= p) {
            return Compose.IDENTITY;
        }
        int rows = Math.toIntExact(image.size(-2));
        int columns = Math.toIntExact(image.size(-1));
        for (int i = 0; i < TRIES; i++) {
            double area = (double) rows * columns * DrawnTransform.uniform(random, minArea, maxArea);
            double ratio = Math.exp(DrawnTransform.uniform(random, Math.log(minRatio), Math.log(maxRatio)));
            int h = (int) Math.rint(Math.sqrt(area * ratio));
            int w = (int) Math.rint(Math.sqrt(area / ratio));
            if (h < rows && w < columns) {
                int top = random.nextInt(rows - h + 1);
                int left = random.nextInt(columns - w + 1);
                return new Erase(top, left, h, w, values(random, image, h, w));
            }
        }
        return Compose.IDENTITY;
    }

    private Tensor values(RandomGenerator random, Tensor image, int h, int w) {
        if (!isRandom) {
            return value.tensor(image);
        }
        var normal = new float[Math.toIntExact(image.size(-3) * h * w)];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
        }
        return image.newTensor(normal, image.dtype()).reshape(image.size(-3), h, w);
    }
}
