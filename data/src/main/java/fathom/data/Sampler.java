package fathom.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** Which examples make an epoch, and in which order. */
public interface Sampler {
    /** {@return how many examples make an epoch} */
    long size();

    /**
     * {@return the numbers of an epoch's examples, in order}
     *
     * @param random the only source of chance, seeded by the loader per epoch
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

    /** {@return {@code samples} examples drawn from {@code n}, each time from all of them} */
    static Sampler randomWithReplacement(long n, long samples) {
        if (n <= 0 && samples > 0) {
            throw new IllegalArgumentException("sampler: there is nothing to draw from");
        }
        return of(samples, random -> LongStream.generate(() -> random.nextLong(n)).limit(samples));
    }

    /** {@return the examples of these numbers, in random order} */
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
     * Examples drawn with probabilities in proportion to weights: for classes of unequal sizes.
     *
     * @param weights per example, not negative, finite, not all 0
     * @param samples how many make an epoch
     * @param replacement whether an example may be drawn again
     * @throws IllegalArgumentException if weights are not as said, or too few are positive
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
