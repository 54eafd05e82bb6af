package fathom.functions;

import fathom.DType;
import fathom.Device;
import fathom.Generator;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.RandomNumbers;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Ops;
import fathom.primitive.RandomBits;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Factories of random tensors. Part of {@link Tensors}. They draw from the thread's current generator, by default that
 * of the process, else the {@link Generator} open on the thread; each has an overload that takes one. Each call draws
 * from a stream of its own, whose elements depend only on the seed, the number of earlier calls, and their index: not
 * on threads.
 *
 * <p>Arguments are ordered as those of {@link Creation}: bounds and moments first, the shape last.
 */
public final class RandomCreation {
    private static final String MULTINOMIAL_WEIGHTS =
            "multinomial: weights must be non-negative, finite, and not all zero in a row";

    private RandomCreation() {}

    /** Seeds this thread's current generator: the same seed yields the same numbers. */
    public static void manualSeed(long seed) {
        Generator.current().manualSeed(seed);
    }

    /** {@return the state of this thread's current generator, for {@link #setRandomState}} */
    public static long[] randomState() {
        return Generator.current().getState();
    }

    /** Restores the state of this thread's current generator, as returned by {@link #randomState}. */
    public static void setRandomState(long... state) {
        Generator.current().setState(state);
    }

    /** {@return a seed for another generator, drawn from this thread's current one} */
    public static long randomSeed() {
        return Generator.draw();
    }

    /** {@return a seed for another generator, drawn from a generator} */
    public static long randomSeed(Generator generator) {
        return generator.with(Generator::draw);
    }

    /**
     * Runs {@code body} with a generator of its own on this thread, independent of what is drawn elsewhere: for
     * reproducible work spread over threads.
     *
     * @return the result of {@code body}
     */
    public static <T extends @Nullable Object> T withSeed(long seed, Supplier<T> body) {
        return new Generator(seed).with(body);
    }

    /** {@return random bits from a stream of their own} */
    static Tensor bits(DType dtype, long... shape) {
        return Ops.apply(new RandomBits(randomSeed(), dtype, Shape.of(shape).dims()));
    }

    /** {@return uniform numbers in [0, 1), float32} */
    public static Tensor rand(long... shape) {
        return RandomNumbers.uniform(DType.FLOAT32, Shape.of(shape).dims());
    }

    /** {@return uniform numbers in [0, 1), float32} */
    public static Tensor rand(Shape shape) {
        return rand(shape.dims());
    }

    /** {@return uniform numbers in [0, 1)} */
    public static Tensor rand(DType dtype, Shape shape) {
        return rand(dtype, shape.dims());
    }

    /** {@return uniform numbers in [0, 1)} */
    public static Tensor rand(DType dtype, long... shape) {
        return RandomNumbers.uniform(dtype, Shape.of(shape).dims());
    }

    /** {@return uniform numbers in [0, 1), on a device} */
    public static Tensor rand(DType dtype, Device device, long... shape) {
        return device.with(() -> rand(dtype, shape));
    }

    /** {@return uniform numbers in [0, 1), float32, from a generator} */
    public static Tensor rand(Generator generator, long... shape) {
        return generator.with(() -> rand(shape));
    }

    /** {@return uniform numbers in [0, 1), from a generator} */
    public static Tensor rand(Generator generator, DType dtype, long... shape) {
        return generator.with(() -> rand(dtype, shape));
    }

    /** {@return uniform numbers in [0, 1), of the same shape and type} */
    public static Tensor randLike(Tensor other) {
        return TensorAccess.at(other, () -> rand(other.dtype(), Ops.shape(other)));
    }

    /** {@return numbers of the standard normal distribution, of the same shape and type} */
    public static Tensor randnLike(Tensor other) {
        return TensorAccess.at(other, () -> randn(other.dtype(), Ops.shape(other)));
    }

    /** {@return integers from {@code low} up to but not including {@code high}, of the same shape and type} */
    public static Tensor randintLike(Tensor other, long low, long high) {
        return TensorAccess.at(other, () -> randint(low, high, Ops.shape(other)).to(other.dtype()));
    }

    /** {@return {@link #randLike(Tensor)} from a generator} */
    public static Tensor randLike(Generator generator, Tensor other) {
        return generator.with(() -> randLike(other));
    }

    /** {@return {@link #randnLike(Tensor)} from a generator} */
    public static Tensor randnLike(Generator generator, Tensor other) {
        return generator.with(() -> randnLike(other));
    }

    /** {@return {@link #randintLike(Tensor, long, long)} from a generator} */
    public static Tensor randintLike(Generator generator, Tensor other, long low, long high) {
        return generator.with(() -> randintLike(other, low, high));
    }

    /** {@return uniform numbers in [low, high), float32, from a generator} */
    public static Tensor uniform(Generator generator, double low, double high, long... shape) {
        return generator.with(() -> uniform(low, high, shape));
    }

    /** {@return uniform numbers in [low, high), float32} */
    public static Tensor uniform(double low, double high, long... shape) {
        return Creation.empty(DType.FLOAT32, shape).uniform_(low, high);
    }

    /** {@return uniform numbers in [low, high), float32} */
    public static Tensor uniform(double low, double high, Shape shape) {
        return uniform(low, high, shape.dims());
    }

    /** {@return numbers of the standard normal distribution, float32} */
    public static Tensor randn(long... shape) {
        return randn(DType.FLOAT32, shape);
    }

    /** {@return numbers of the standard normal distribution, float32} */
    public static Tensor randn(Shape shape) {
        return randn(shape.dims());
    }

    /** {@return numbers of the standard normal distribution} */
    public static Tensor randn(DType dtype, Shape shape) {
        return randn(dtype, shape.dims());
    }

    /** {@return numbers of the standard normal distribution (Box and Muller, 1958)} */
    public static Tensor randn(DType dtype, long... shape) {
        return RandomNumbers.normal(dtype, Shape.of(shape).dims());
    }

    /** {@return numbers of the standard normal distribution, on a device} */
    public static Tensor randn(DType dtype, Device device, long... shape) {
        return device.with(() -> randn(dtype, shape));
    }

    /** {@return numbers of the standard normal distribution, float32, from a generator} */
    public static Tensor randn(Generator generator, long... shape) {
        return generator.with(() -> randn(shape));
    }

    /** {@return numbers of the standard normal distribution, from a generator} */
    public static Tensor randn(Generator generator, DType dtype, long... shape) {
        return generator.with(() -> randn(dtype, shape));
    }

    /** {@return numbers of a normal distribution, float32} */
    public static Tensor normal(double mean, double std, long... shape) {
        if (std < 0) {
            throw new IllegalArgumentException("normal: the standard deviation must not be negative: " + std);
        }
        return Creation.empty(DType.FLOAT32, shape).normal_(mean, std);
    }

    /** {@return numbers of a normal distribution, float32} */
    public static Tensor normal(double mean, double std, Shape shape) {
        return normal(mean, std, shape.dims());
    }

    /** {@return numbers of a normal distribution, float32, from a generator} */
    public static Tensor normal(Generator generator, double mean, double std, long... shape) {
        return generator.with(() -> normal(mean, std, shape));
    }

    /** {@return one normally distributed number per element of {@code mean} and {@code std}} */
    public static Tensor normal(Tensor mean, Tensor std) {
        long[] shape = fathom.primitive.Broadcasting.shape("normal", mean, std);
        return TensorAccess.at(mean, () -> randn(shape)).mul(std).add(mean);
    }

    /** {@return {@link #normal(Tensor, Tensor)} from a generator} */
    public static Tensor normal(Generator generator, Tensor mean, Tensor std) {
        return generator.with(() -> normal(mean, std));
    }

    /** {@return integers from 0 up to but not including {@code high}, int64} */
    public static Tensor randint(long high, long[] shape) {
        return randint(0, high, shape);
    }

    /**
     * {@return integers from {@code low} up to but not including {@code high}, int64: {@code randint(1, 7, 2, 3)} are
     * six throws of a die}
     *
     * <p>Both bounds always precede the shape, which needs at least one size: {@code randint(10, 5)}, which could mean
     * either, does not compile. A tensor of no dimensions is {@code randint(low, high, new long[0])}.
     *
     * @param size the first dimension
     * @param more the other dimensions
     */
    public static Tensor randint(long low, long high, long size, long... more) {
        return randint(low, high, listed(size, more));
    }

    private static long[] listed(long first, long[] more) {
        var all = new long[more.length + 1];
        all[0] = first;
        System.arraycopy(more, 0, all, 1, more.length);
        return all;
    }

    /** {@return integers from {@code low} up to but not including {@code high}, int64} */
    public static Tensor randint(long low, long high, long[] shape) {
        if (high <= low || high - low < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            high <= low
                                    ? "randint: there are no integers from %d below %d"
                                    : "randint: from %d below %d there are more than 2^63 - 1 integers",
                            low,
                            high));
        }
        // 63 random bits reduced by the remainder: the bias is below range / 2^63
        return bits(DType.INT64, shape).bitwiseAnd(Long.MAX_VALUE).remainder(high - low).add_(low);
    }

    /** {@return integers from {@code low} up to but not including {@code high}, int64} */
    public static Tensor randint(long low, long high, Shape shape) {
        return randint(low, high, shape.dims());
    }

    /** {@return integers from {@code low} up to but not including {@code high}, int64, from a generator} */
    public static Tensor randint(Generator generator, long low, long high, long size, long... more) {
        return randint(generator, low, high, listed(size, more));
    }

    /** {@return {@link #randint(long, long, long[])} from a generator} */
    public static Tensor randint(Generator generator, long low, long high, long[] shape) {
        return generator.with(() -> randint(low, high, shape));
    }

    /** {@return 0, ..., n - 1 in random order, int64} */
    public static Tensor randperm(long n) {
        return bits(DType.INT64, n).argsort(0);
    }

    /** {@return 0, ..., n - 1 in random order, int64, from a generator} */
    public static Tensor randperm(Generator generator, long n) {
        return generator.with(() -> randperm(n));
    }

    /** {@return 1 with the probability given by each element, else 0; of the same shape and type} */
    public static Tensor bernoulli(Tensor probability) {
        refuseUnless(
                probability.ge(0).logicalAnd(probability.le(1)).all(),
                () ->
                        "bernoulli: probabilities must be in [0, 1]; the tensor of shape %s has others"
                                .formatted(probability.shape()));
        return randLike(probability).lt(probability).to(probability.dtype());
    }

    /** Checks a condition that is computed, in captured steps at each replay. */
    private static void refuseUnless(Tensor condition, Supplier<String> message) {
        Ops.check(
                condition,
                holds -> {
                    if (holds == 0) {
                        throw new IllegalArgumentException(message.get());
                    }
                });
    }

    /** As {@link #bernoulli(Tensor)}, from a generator. */
    public static Tensor bernoulli(Generator generator, Tensor probability) {
        return generator.with(() -> bernoulli(probability));
    }

    /**
     * Draws indices with probabilities proportional to weights. Nothing is read back but the result of the check of the
     * weights, so a step that draws can be captured, and draws anew at each replay.
     *
     * @param weights {@code [n]} or {@code [rows, n]}, not negative
     * @param samples the number of indices to draw per row
     * @param replacement whether an index may be drawn repeatedly
     * @return int64 {@code [samples]} or {@code [rows, samples]}
     * @throws IllegalArgumentException if a weight is negative or not finite, if all of a row are zero, or if, without
     *     replacement, a row has fewer positive weights than samples
     */
    public static Tensor multinomial(Tensor weights, long samples, boolean replacement) {
        if (weights.dim() == 1) {
            return multinomial(weights.unsqueeze(0), samples, replacement).squeeze(0);
        }
        long n = weights.size(-1);
        if (weights.dim() != 2 || !weights.dtype().isFloating() || samples < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "multinomial: expected floating weights [n] or [rows, n] and at least one sample, not %s of %s and %d",
                            weights.shape(),
                            weights.dtype(),
                            samples));
        }
        Tensor w = weights.detach().to(DType.FLOAT64);
        if (!replacement && samples > n) {
            checkSamples(samples, n);
        }
        if (w.size(0) == 0) {
            return TensorAccess.at(w, () -> Creation.empty(DType.INT64, 0, samples));
        }
        if (n == 0) {
            throw new IllegalArgumentException(MULTINOMIAL_WEIGHTS);
        }
        if (replacement || samples == 1) {
            return byCumulativeWeights(w, samples);
        }
        Tensor isValid = w.ge(0).all().logicalAnd(isProper(w.sum(1)));
        Ops.check(
                w.gt(0).sum(1).min().where(isValid, -1),
                possible -> {
                    if (possible < 0) {
                        throw new IllegalArgumentException(MULTINOMIAL_WEIGHTS);
                    }
                    checkSamples(samples, (long) possible);
                });
        // the first of exponential waiting times, whose rates are the weights (Efraimidis and Spirakis, 2006)
        return RandomNumbers.exponential(w).topk(samples, 1, false).indices();
    }

    /** Inverse transform sampling: the index is the number of cumulative weights at or below a uniform number. */
    private static Tensor byCumulativeWeights(Tensor w, long samples) {
        Tensor cumulative = w.cumsum(1);
        Tensor sums = cumulative.narrow(1, w.size(1) - 1, 1);
        refuseUnless(w.ge(0).all().logicalAnd(isProper(sums)), () -> MULTINOMIAL_WEIGHTS);
        return StatisticsFunctions.searchsorted(cumulative, RandomNumbers.uniformBelow(sums, samples), true);
    }

    private static Tensor isProper(Tensor sums) {
        return sums.gt(0).logicalAnd(sums.isfinite()).all();
    }

    private static void checkSamples(long samples, long possible) {
        if (samples > possible) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "multinomial: %d samples without replacement, but a row has only %d positive weights",
                            samples,
                            possible));
        }
    }

    /** As {@link #multinomial(Tensor, long, boolean)}, from a generator. */
    public static Tensor multinomial(Generator generator, Tensor weights, long samples, boolean replacement) {
        return generator.with(() -> multinomial(weights, samples, replacement));
    }
}
