package fathom.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One of several parts of each batch. A batch with fewer examples than there are parts is not divided: each part has
 * all of it, or, if {@code skip} is set, the last parts have none.
 */
final class BatchShards implements BatchSampler {
    private final BatchSampler all;
    private final DataLoader.Shard shard;
    private final Set<Long> copies;

    /**
     * The parts of a sampler's batches.
     *
     * @param copies receives the numbers of the batches that are not divided
     */
    BatchShards(BatchSampler all, DataLoader.Shard shard, Set<Long> copies) {
        this.all = all;
        this.shard = shard;
        this.copies = copies;
    }

    static Set<Long> noCopies() {
        return ConcurrentHashMap.newKeySet();
    }

    @Override
    public long size() {
        return all.size();
    }

    @Override
    public Iterator<long[]> batches(RandomGenerator random) {
        Iterator<long[]> batches = all.batches(random);
        return new Iterator<>() {
            private long number;
            private long @Nullable [] next;

            @Override
            public boolean hasNext() {
                while (next == null && batches.hasNext()) {
                    long[] batch = batches.next();
                    int from = shard.begin(batch.length);
                    int to = shard.end(batch.length);
                    if (batch.length >= shard.of()) {
                        next = Arrays.copyOfRange(batch, from, to);
                    } else if (!shard.skip()) {
                        copies.add(number);
                        next = batch;
                    } else if (from < to) {
                        next = Arrays.copyOfRange(batch, from, to);
                    }
                    number++;
                }
                return next != null;
            }

            @Override
            public long[] next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                long[] batch = next;
                next = null;
                return java.util.Objects.requireNonNull(batch);
            }
        };
    }
}
