package fathom.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Functions that split data sets. */
public final class Datasets {
    private Datasets() {}

    /**
     * Splits a data set randomly into disjoint parts.
     *
     * @param lengths the number of examples of each part; their sum is the size of the data set
     * @param seed the same seed gives the same parts
     * @throws IllegalArgumentException if the lengths do not add up to the size
     */
    public static List<Subset> randomSplit(Dataset dataset, long[] lengths, long seed) {
        long total = 0;
        for (long n : lengths) {
            if (n < 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "randomSplit: a part cannot have %d examples", n));
            }
            total += n;
        }
        if (total != dataset.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomSplit: the lengths %s add up to %d, but the data set has %d examples",
                            Arrays.toString(lengths),
                            total,
                            dataset.size()));
        }
        long[] order = Shuffle.permutation(total, new SplittableRandom(seed));
        var parts = new ArrayList<Subset>();
        int from = 0;
        for (long n : lengths) {
            parts.add(new Subset(dataset, Arrays.copyOfRange(order, from, from + (int) n)));
            from += (int) n;
        }
        return parts;
    }

    /**
     * Splits a data set randomly into disjoint parts; the examples that remain after rounding down are distributed to
     * the first parts, one each.
     *
     * @param fractions the fraction of the data set for each part; their sum is 1
     * @param seed the same seed gives the same parts
     * @throws IllegalArgumentException if the fractions do not add up to 1
     */
    public static List<Subset> randomSplit(Dataset dataset, double[] fractions, long seed) {
        double total = Arrays.stream(fractions).sum();
        if (Math.abs(total - 1) > 1e-6 || Arrays.stream(fractions).anyMatch(f -> !(f >= 0 && f <= 1))) {
            throw new IllegalArgumentException(
                    "randomSplit: expected fractions from 0 to 1 that add up to 1, got " + Arrays.toString(fractions));
        }
        long n = dataset.size();
        var lengths = new long[fractions.length];
        long left = n;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (long) Math.floor(n * fractions[i]);
            left -= lengths[i];
        }
        for (int i = 0; left > 0; i = (i + 1) % lengths.length) {
            lengths[i]++;
            left--;
        }
        return randomSplit(dataset, lengths, seed);
    }
}
