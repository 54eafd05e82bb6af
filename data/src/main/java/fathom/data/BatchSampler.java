package fathom.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.random.RandomGenerator;

/** Chooses the examples of each batch of an epoch. */
public interface BatchSampler {
    /** {@return the number of batches in an epoch} */
    long size();

    /**
     * {@return the indices of each batch's examples}
     *
     * @param random the only source of random numbers, seeded by the loader per epoch
     */
    Iterator<long[]> batches(RandomGenerator random);

    /**
     * {@return a batch sampler that groups a sampler's indices into batches}
     *
     * @param batchSize the number of examples per batch, at least 1
     * @param dropLast whether to drop an incomplete last batch
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
                return new Grouped(sampler.indices(random).iterator(), batchSize, dropLast, held);
            }
        };
    }

    /**
     * {@return a batch sampler that groups examples of similar length (bucketing), to reduce the padding by {@link
     * Collate#pad}}
     *
     * <p>Each epoch shuffles the examples, sorts pools of a hundred batches by length, and returns all batches in
     * random order. With lengths rounded up ({@link Collate#pad(java.util.List, Number, long)}) few shapes occur, and a
     * captured step needs few plans.
     *
     * @param lengths the length of each example of the data set
     * @param batchSize the number of examples per batch, at least 1
     * @param dropLast whether to drop the remaining examples that do not fill a batch
     */
    static BatchSampler byLength(long[] lengths, int batchSize, boolean dropLast) {
        return new LengthBuckets(lengths, batchSize, dropLast);
    }

    /** Groups indices into batches. */
    final class Grouped implements Iterator<long[]> {
        private final PrimitiveIterator.OfLong indices;
        private final int batchSize;
        private final boolean dropLast;
        private long[] next;
        private int filled;

        private Grouped(PrimitiveIterator.OfLong indices, int batchSize, boolean dropLast, int expected) {
            this.indices = indices;
            this.batchSize = batchSize;
            this.dropLast = dropLast;
            next = new long[expected]; // the batch size may exceed the number of examples
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
