package fathom.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Options of a random split: {@code Datasets.randomSplit(data, fractions, seed, o -> o.stratify(labels))}. */
public final class SplitOptions {
    private long[] strata = {};
    private long[] groups = {};
    private boolean isStratified;
    private boolean isGrouped;

    SplitOptions() {}

    /**
     * Each class gets its share of each part, to within one example.
     *
     * @param labels the class of each example
     */
    public SplitOptions stratify(long... labels) {
        this.strata = labels.clone();
        this.isStratified = true;
        return this;
    }

    /**
     * Examples of one group, such as the images of one patient, stay in one part; the parts then have the requested
     * sizes only about.
     *
     * @param groups the group of each example
     */
    public SplitOptions group(long... groups) {
        this.groups = groups.clone();
        this.isGrouped = true;
        return this;
    }

    /** {@return the indices of each part, in random order} */
    long[][] parts(long[] lengths, long seed) {
        int n = Math.toIntExact(Arrays.stream(lengths).sum());
        check("stratify", isStratified, strata, n);
        check("group", isGrouped, groups, n);
        var random = new SplittableRandom(seed);
        long[] order = Shuffle.permutation(n, random);
        if (isGrouped) {
            return new GroupedSplit(groups, isStratified ? strata : new long[n]).parts(order, lengths, random);
        }
        if (isStratified) {
            order = interleaved(order);
        }
        var parts = new long[lengths.length][];
        int from = 0;
        for (int p = 0; p < parts.length; p++) {
            parts[p] = Arrays.copyOfRange(order, from, from + (int) lengths[p]);
            from += (int) lengths[p];
            if (isStratified) {
                Shuffle.shuffle(parts[p], random);
            }
        }
        return parts;
    }

    private static void check(String name, boolean isSet, long[] values, int n) {
        if (isSet && values.length != n) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomSplit: %s has %d values, but the data set has %d examples",
                            name,
                            values.length,
                            n));
        }
    }

    /**
     * {@return the examples in an order in which each class is spread evenly: a part of it has each class's share, to
     * within one}
     */
    private long[] interleaved(long[] order) {
        var counts = new java.util.HashMap<Long, Integer>();
        for (long i : order) {
            counts.merge(strata[(int) i], 1, Integer::sum);
        }
        var seen = new java.util.HashMap<Long, Integer>();
        var place = new double[order.length];
        for (long i : order) {
            long label = strata[(int) i];
            int rank = seen.merge(label, 1, Integer::sum) - 1;
            place[(int) i] = (rank + 0.5) / counts.getOrDefault(label, 1);
        }
        return Arrays.stream(order)
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(i -> place[Math.toIntExact(i)])) // stable: ties are random
                .mapToLong(Long::longValue)
                .toArray();
    }
}
