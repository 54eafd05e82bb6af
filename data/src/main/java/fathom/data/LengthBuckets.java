package fathom.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Batches of examples of similar length: shuffled, then sorted by length within pools of many batches. */
final class LengthBuckets implements BatchSampler {
    /**
     * The number of batches in a pool: large enough for similar lengths, small enough for batches that vary between
     * epochs.
     */
    private static final int POOL = 100;

    private final long[] lengths;
    private final int batchSize;
    private final boolean dropLast;

    LengthBuckets(long[] lengths, int batchSize, boolean dropLast) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size: must be at least 1, is " + batchSize);
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "length buckets: example %d has length %d", i, lengths[i]));
            }
        }
        this.lengths = lengths.clone();
        this.batchSize = batchSize;
        this.dropLast = dropLast;
    }

    @Override
    public long size() {
        return dropLast ? lengths.length / batchSize : Math.ceilDiv(lengths.length, batchSize);
    }

    @Override
    public Iterator<long[]> batches(RandomGenerator random) {
        long[] order = Shuffle.permutation(lengths.length, random);
        int used = dropLast ? lengths.length - lengths.length % batchSize : lengths.length;
        long pool = (long) POOL * batchSize;
        var batches = new ArrayList<long[]>();
        for (long begin = 0; begin < used; begin += pool) {
            int end = (int) Math.min(used, begin + pool);
            long[] sorted =
                    Arrays.stream(order, (int) begin, end)
                            .boxed()
                            .sorted(Comparator.comparingLong(i -> lengths[Math.toIntExact(i)]))
                            .mapToLong(Long::longValue)
                            .toArray();
            for (int at = 0; at < sorted.length; at += batchSize) {
                batches.add(Arrays.copyOfRange(sorted, at, Math.min(sorted.length, at + batchSize)));
            }
        }
        Collections.shuffle(batches, java.util.Random.from(random));
        return batches.iterator();
    }
}
