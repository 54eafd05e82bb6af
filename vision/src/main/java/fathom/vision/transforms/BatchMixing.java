package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * MixUp and CutMix: each image of a batch is mixed with its predecessor, and labels become probabilities in the same
 * proportion, drawn once per batch.
 *
 * @param isCut whether a rectangle of the other image is pasted, as in CutMix, rather than both blended
 * @param classes the number of classes
 * @param alpha the parameter of the proportion's distribution, Beta(alpha, alpha)
 */
record BatchMixing(boolean isCut, int classes, double alpha) implements UnaryOperator<Batch> {
    BatchMixing {
        String name = isCut ? "cutMix" : "mixUp";
        Transforms.positive(name + ", classes", classes);
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": alpha must be positive, is " + alpha);
        }
    }

    @Override
    public Batch apply(Batch batch) {
        Tensor x = batch.x();
        Tensor y = batch.y();
        if (x.dim() != 4 || y.dim() != 1 || y.size(0) != x.size(0) || y.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected a batch of images [N, C, H, W] and labels [N], got %s and %s of %s",
                            isCut ? "cutMix" : "mixUp",
                            x.shape(),
                            y.shape(),
                            y.dtype()));
        }
        var random = new SplittableRandom(Tensors.randomSeed());
        double part = beta(random, alpha);
        Tensor others = x.roll(1, 0);
        Tensor mixed;
        if (isCut) {
            int h = Math.toIntExact(x.size(2));
            int w = Math.toIntExact(x.size(3));
            double half = 0.5 * Math.sqrt(1 - part);
            int row = random.nextInt(h);
            int column = random.nextInt(w);
            int top = Math.max(0, row - (int) (half * h));
            int left = Math.max(0, column - (int) (half * w));
            int rows = Math.min(h, row + (int) (half * h)) - top;
            int columns = Math.min(w, column + (int) (half * w)) - left;
            mixed = x.clone();
            if (rows > 0 && columns > 0) {
                mixed.narrow(2, top, rows)
                        .narrow(3, left, columns)
                        .copy_(others.narrow(2, top, rows).narrow(3, left, columns));
            }
            part = 1 - (double) rows * columns / ((double) h * w);
        } else {
            mixed = x.mul(part).add(others.mul(1 - part));
            mixed = x.dtype() == DType.UINT8 ? mixed.round().to(DType.UINT8) : mixed;
        }
        Tensor labels = Tensors.oneHot(y.to(DType.INT64), classes).to(DType.FLOAT32);
        return new Batch(List.of(mixed, labels.mul(part).add(labels.roll(1, 0).mul(1 - part))));
    }

    private static double beta(RandomGenerator random, double alpha) {
        double a = gamma(random, alpha);
        double b = gamma(random, alpha);
        // both may underflow for a tiny alpha, whose distribution is nearly that of a coin
        return a + b > 0 ? a / (a + b) : random.nextInt(2);
    }

    /** {@return a number of the gamma distribution, by the method of Marsaglia and Tsang (2000)} */
    private static double gamma(RandomGenerator random, double alpha) {
        if (alpha < 1) {
            return gamma(random, alpha + 1) * Math.pow(1 - random.nextDouble(), 1 / alpha);
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = 1 + c * x;
            v = v * v * v;
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
