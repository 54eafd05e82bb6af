package fathom.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Draws examples with probabilities proportional to weights. */
final class WeightedSampler implements Sampler {
    private final double[] weights;
    private final double[] cumulative;
    private final long samples;
    private final boolean replacement;

    WeightedSampler(double[] weights, long samples, boolean replacement) {
        this.weights = weights.clone();
        this.samples = samples;
        this.replacement = replacement;
        cumulative = new double[weights.length];
        double total = 0;
        long positive = 0;
        for (int i = 0; i < weights.length; i++) {
            double w = weights[i];
            if (!(w >= 0) || w == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "weighted sampler: weight %d is %s; expected finite, non-negative weights",
                                i,
                                w));
            }
            cumulative[i] = total += w;
            positive += w > 0 ? 1 : 0;
        }
        if (positive == 0 || samples < 0 || (!replacement && samples > positive)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "weighted sampler: cannot draw %d examples%s, %d have a weight above 0",
                            samples,
                            replacement ? "" : " without replacement",
                            positive));
        }
    }

    @Override
    public long size() {
        return samples;
    }

    @Override
    public LongStream indices(RandomGenerator random) {
        return replacement ? LongStream.generate(() -> draw(random)).limit(samples) : withoutReplacement(random);
    }

    private long draw(RandomGenerator random) {
        double u = random.nextDouble() * cumulative[cumulative.length - 1];
        int at = Arrays.binarySearch(cumulative, u);
        int i = at >= 0 ? at + 1 : -at - 1;
        while (i < weights.length && weights[i] == 0) {
            i++;
        }
        return i < weights.length ? i : draw(random);
    }

    /** Sorting by {@code -log(u) / w} draws without replacement (Efraimidis and Spirakis, 2006). */
    private LongStream withoutReplacement(RandomGenerator random) {
        double[] keys = Arrays.stream(weights).map(w -> -Math.log(1 - random.nextDouble()) / w).toArray();
        return IntStream.range(0, weights.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> keys[i]))
                .limit(samples)
                .mapToLong(Integer::longValue);
    }
}
