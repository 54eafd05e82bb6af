package fathom.distributed.parallel;

import fathom.data.BatchSampler;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * One process's part of each batch: the processes together train on the batches of a single one, so that the number of
 * examples per update, their order and the number of updates do not depend on how many there are.
 *
 * <p>Parts of a batch that is not divisible differ by one example. A process for which a last batch has no example
 * receives its first one: {@link #share} tells that it does not count.
 */
public final class ShardedBatchSampler implements BatchSampler {
    private final BatchSampler all;
    private final int rank;
    private final int processes;

    /**
     * One part of the batches of a sampler.
     *
     * @throws IllegalArgumentException if there is no such rank
     */
    public ShardedBatchSampler(BatchSampler all, int rank, int processes) {
        if (processes < 1 || rank < 0 || rank >= processes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ShardedBatchSampler: there is no rank %d among %d processes",
                            rank,
                            processes));
        }
        this.all = all;
        this.rank = rank;
        this.processes = processes;
    }

    /** {@return how many of the {@code n} examples of a batch a process has; may be 0} */
    public static int share(long n, int rank, int processes) {
        return (int) (n * (rank + 1) / processes - n * rank / processes);
    }

    @Override
    public long size() {
        return all.size();
    }

    @Override
    public Iterator<long[]> batches(RandomGenerator random) {
        Iterator<long[]> batches = all.batches(random);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public long[] next() {
                long[] batch = batches.next();
                int from = (int) ((long) batch.length * rank / processes);
                int to = (int) ((long) batch.length * (rank + 1) / processes);
                return from == to ? new long[] {batch[0]} : Arrays.copyOfRange(batch, from, to);
            }
        };
    }
}
