package fathom.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.random.RandomGenerator;

/** Which examples make each batch of an epoch. */
public interface BatchSampler {
    /** {@return how many batches make an epoch} */
    long size();

    /**
     * {@return the numbers of each batch's examples}
     *
     * @param random the only source of chance, seeded by the loader per epoch
     */
    Iterator<long[]> batches(RandomGenerator random);

    /**
     * Cuts what a sampler gives into batches.
     *
     * @param batchSize examples per batch, at least 1
     * @param dropLast whether a last batch of fewer examples is left out
     */
    static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size: must be at least 1, is " + batchSize);
        }
        return new BatchSampler() {
            @Override
            public long size() {
                long n = sampler.size();
                return dropLast ? n / batchSize : Math.ceilDiv(n, batchSize);
            }

            @Override
            public Iterator<long[]> batches(RandomGenerator random) {
                int held = (int) Math.clamp(sampler.size(), 1, (long) batchSize);
                return new Cut(sampler.indices(random).iterator(), batchSize, dropLast, held);
            }
        };
    }

    /**
     * Batches of examples of similar length, for sequences that {@link Collate#pad} fills up: each epoch puts the
     * examples in random order, sorts every hundred batches of them by length, and gives all batches in random order.
     * With lengths rounded up ({@link Collate#pad(java.util.List, Number, long)}) few shapes occur, and a captured step
     * needs few plans.
     *
     * @param lengths of each example of the data set
     * @param batchSize examples per batch, at least 1
     * @param dropLast whether examples left over that do not fill a batch are left out
     */
    static BatchSampler byLength(long[] lengths, int batchSize, boolean dropLast) {
        return new LengthBuckets(lengths, batchSize, dropLast);
    }

    /** Cuts numbers into batches. */
    final class Cut implements Iterator<long[]> {
        private final PrimitiveIterator.OfLong indices;
        private final int batchSize;
        private final boolean dropLast;
        private long[] next;
        private int filled;

        private Cut(PrimitiveIterator.OfLong indices, int batchSize, boolean dropLast, int expected) {
            this.indices = indices;
            this.batchSize = batchSize;
            this.dropLast = dropLast;
            next = new long[expected]; // a batch may be said to be larger than all that there is
        }

        @Override
        public boolean hasNext() {
            while (filled < batchSize && indices.hasNext()) {
                if (filled == next.length) {
                    next = Arrays.copyOf(next, (int) Math.min(batchSize, 2L * filled));
                }
                next[filled++] = indices.nextLong();
            }
            return filled == batchSize || (filled > 0 && !dropLast);
        }

        @Override
        public long[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            long[] batch = Arrays.copyOf(next, filled);
            filled = 0;
            return batch;
        }
    }
}
