package fathom.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** Chooses the examples of an epoch and their order. */
public interface Sampler {
    /** {@return the number of examples in an epoch} */
    long size();

    /**
     * {@return the indices of an epoch's examples, in order}
     *
     * @param random the only source of random numbers, seeded by the loader per epoch
     */
    LongStream indices(RandomGenerator random);

    /** {@return all of {@code n} examples, in order} */
    static Sampler sequential(long n) {
        return of(n, random -> LongStream.range(0, n));
    }

    /** {@return all of {@code n} examples, in random order} */
    static Sampler random(long n) {
        return of(n, random -> Arrays.stream(Shuffle.permutation(n, random)));
    }

    /** {@return {@code samples} examples drawn from {@code n} with replacement} */
    static Sampler randomWithReplacement(long n, long samples) {
        if (n <= 0 && samples > 0) {
            throw new IllegalArgumentException("sampler: there is nothing to draw from");
        }
        return of(samples, random -> LongStream.generate(() -> random.nextLong(n)).limit(samples));
    }

    /** {@return the examples with these indices, in random order} */
    static Sampler subset(long... indices) {
        long[] kept = indices.clone();
        return of(
                kept.length,
                random -> {
                    long[] order = kept.clone();
                    Shuffle.shuffle(order, random);
                    return Arrays.stream(order);
                });
    }

    /**
     * {@return examples drawn with probabilities proportional to weights: for imbalanced classes}
     *
     * @param weights the weight of each example: finite, not negative, not all 0
     * @param samples the number of examples in an epoch
     * @param replacement whether an example may be drawn again
     * @throws IllegalArgumentException if a weight is invalid, or too few are positive
     */
    static Sampler weighted(double[] weights, long samples, boolean replacement) {
        return new WeightedSampler(weights, samples, replacement);
    }

    private static Sampler of(long size, java.util.function.Function<RandomGenerator, LongStream> indices) {
        return new Sampler() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public LongStream indices(RandomGenerator random) {
                return indices.apply(random);
            }
        };
    }
}
