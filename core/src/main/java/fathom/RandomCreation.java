package fathom;

import fathom.primitive.Ops;
import fathom.primitive.RandomBits;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes random tensors, from one seeded generator for the process. Part of {@link Tensors}. Every call draws from a
 * stream of its own, whose elements depend on nothing but the seed, the number of calls before, and their place: not on
 * threads.
 */
public abstract class RandomCreation extends Creation {
    /** Differs from process to process, unless the property {@code fathom.seed} says otherwise. */
    private static final AtomicLong SEED =
            new AtomicLong(Long.getLong("fathom.seed", System.nanoTime() ^ ProcessHandle.current().pid()));

    private static final AtomicLong CALLS = new AtomicLong();

    /** Within {@link #withSeed}, the seed and the number of calls on this thread. */
    private static final ThreadLocal<long @Nullable []> OWN = new ThreadLocal<>();

    RandomCreation() {}

    /** Starts the generator anew: the same seed gives the same numbers. */
    public static void manualSeed(long seed) {
        SEED.set(seed);
        CALLS.set(0);
    }

    /** {@return the generator's state, for {@link #setRandomState}: a seed and how often it was drawn from} */
    public static long[] randomState() {
        return new long[] {SEED.get(), CALLS.get()};
    }

    /** Sets the generator to a state from {@link #randomState}. */
    public static void setRandomState(long... state) {
        if (state.length != 2) {
            throw new IllegalArgumentException(
                    "setRandomState: wants the 2 numbers of randomState, not " + state.length);
        }
        SEED.set(state[0]);
        CALLS.set(state[1]);
    }

    /** {@return a number to seed another generator with, drawn from this one} */
    public static long randomSeed() {
        long[] own = OWN.get();
        long seed = own == null ? SEED.get() : own[0];
        long call = own == null ? CALLS.getAndIncrement() : own[1]++;
        long number = mix(mix(seed) + call * 0x9E3779B97F4A7C15L);
        Tracing tracing = Tracing.current();
        if (tracing != null && tracing.generator == own) {
            tracing.trace.draw(number);
        }
        return number;
    }

    /**
     * Runs {@code body} with a generator of its own on this thread, whatever was or will be drawn elsewhere: so that
     * work spread over threads is the same each time.
     *
     * @return what body returns
     */
    public static <T extends @Nullable Object> T withSeed(long seed, Supplier<T> body) {
        long[] outer = OWN.get();
        OWN.set(new long[] {seed, 0});
        try {
            return body.get();
        } finally {
            OWN.set(outer);
        }
    }

    /** {@return what identifies the generator that this thread draws from: null for that of the process} */
    static long @Nullable [] generator() {
        return OWN.get();
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** {@return random bits of a stream of their own} */
    static Tensor bits(DType dtype, long... shape) {
        return Ops.apply(new RandomBits(randomSeed(), dtype, Shape.of(shape).dims()));
    }

    /** {@return uniform numbers in [0, 1), float32} */
    public static Tensor rand(long... shape) {
        return RandomNumbers.uniform(DType.FLOAT32, Shape.of(shape).dims());
    }

    /** {@return uniform numbers in [0, 1)} */
    public static Tensor rand(DType dtype, long... shape) {
        return RandomNumbers.uniform(dtype, Shape.of(shape).dims());
    }

    /** {@return uniform numbers in [0, 1), of the same shape and type} */
    public static Tensor randLike(Tensor other) {
        return rand(other.dtype(), other.rawShape());
    }

    /** {@return numbers of the standard normal distribution, of the same shape and type} */
    public static Tensor randnLike(Tensor other) {
        return randn(other.dtype(), other.rawShape());
    }

    /** {@return integers from {@code low} up to but not including {@code high}, of the same shape and type} */
    public static Tensor randintLike(Tensor other, long low, long high) {
        return randint(low, high, other.rawShape()).to(other.dtype());
    }

    /** {@return uniform numbers in [low, high), float32} */
    public static Tensor uniform(double low, double high, long... shape) {
        return Creation.empty(DType.FLOAT32, shape).uniform_(low, high);
    }

    /** {@return numbers of the standard normal distribution, float32} */
    public static Tensor randn(long... shape) {
        return randn(DType.FLOAT32, shape);
    }

    /** {@return numbers of the standard normal distribution (Box and Muller, 1958)} */
    public static Tensor randn(DType dtype, long... shape) {
        return RandomNumbers.normal(dtype, Shape.of(shape).dims());
    }

    /** {@return numbers of a normal distribution, float32} */
    public static Tensor normal(double mean, double std, long... shape) {
        if (std < 0) {
            throw new IllegalArgumentException("normal: the standard deviation is not negative: " + std);
        }
        return Creation.empty(DType.FLOAT32, shape).normal_(mean, std);
    }

    /** {@return a number of a normal distribution per element of {@code mean} and {@code std}} */
    public static Tensor normal(Tensor mean, Tensor std) {
        long[] shape = fathom.primitive.Broadcasting.shape("normal", mean, std);
        return randn(shape).mul(std).add(mean);
    }

    /** {@return integers from 0 up to but not including {@code high}, int64} */
    public static Tensor randint(long high, long... shape) {
        return randint(0, high, shape);
    }

    /** {@return integers from {@code low} up to but not including {@code high}, int64} */
    public static Tensor randint(long low, long high, long[] shape) {
        if (high <= low) {
            throw new IllegalArgumentException("randint: there are no integers from %d below %d".formatted(low, high));
        }
        // 63 random bits by the remainder: the bias is below range / 2^63
        return bits(DType.INT64, shape).bitwiseAnd(Tensors.tensor(Long.MAX_VALUE)).remainder(high - low).add_(low);
    }

    /** {@return 0, ..., n - 1 in random order, int64} */
    public static Tensor randperm(long n) {
        return bits(DType.INT64, n).argsort(0);
    }

    /** {@return 1 with the probability that each element is, else 0; of the same shape and type} */
    public static Tensor bernoulli(Tensor probability) {
        if (!probability.ge(0).logicalAnd(probability.le(1)).all().itemBoolean()) {
            throw new IllegalArgumentException(
                    "bernoulli: probabilities lie in [0, 1]; the tensor of shape %s has others"
                            .formatted(probability.shape()));
        }
        return rand(probability.dtype(), probability.rawShape()).lt(probability).to(probability.dtype());
    }

    /**
     * Draws indices with probabilities in proportion to weights.
     *
     * @param weights {@code [n]} or {@code [rows, n]}, not negative
     * @param samples how many to draw of each row
     * @param replacement whether an index may be drawn again
     * @return int64 {@code [samples]} or {@code [rows, samples]}
     */
    public static Tensor multinomial(Tensor weights, long samples, boolean replacement) {
        if (weights.dim() == 1) {
            return multinomial(weights.unsqueeze(0), samples, replacement).squeeze(0);
        }
        long n = weights.size(-1);
        if (weights.dim() != 2 || !weights.dtype().isFloating() || samples < 1) {
            throw new IllegalArgumentException(
                    "multinomial: wants floating weights [n] or [rows, n] and at least one sample, not %s of %s and %d"
                            .formatted(weights.shape(), weights.dtype(), samples));
        }
        Tensor w = weights.detach().to(DType.FLOAT64);
        if (w.lt(0).any().itemBoolean()
                || w.isfinite().all().logicalNot().itemBoolean()
                || w.sum(1).le(0).any().itemBoolean()) {
            throw new IllegalArgumentException(
                    "multinomial: weights are not negative, finite, and not all zero in a row");
        }
        if (replacement) {
            Tensor cumulative = w.cumsum(1);
            Tensor u = rand(DType.FLOAT64, w.size(0), samples).mul(cumulative.narrow(1, n - 1, 1));
            // the index drawn is the number of cumulative weights at or below u
            return u.unsqueeze(2).ge(cumulative.unsqueeze(1)).sum(2);
        }
        long possible = w.gt(0).sum(1).min().itemLong();
        if (samples > possible) {
            throw new IllegalArgumentException(
                    "multinomial: %d samples without replacement, but a row has only %d positive weights"
                            .formatted(samples, possible));
        }
        // the order of -log(u) / w is that of drawing without replacement (Efraimidis and Spirakis, 2006)
        Tensor keys = rand(DType.FLOAT64, w.rawShape()).rsub(1).log().neg().div(w);
        return keys.argsort(1).narrow(1, 0, samples).contiguous();
    }
}
