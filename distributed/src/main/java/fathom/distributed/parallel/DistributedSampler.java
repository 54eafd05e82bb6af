package fathom.distributed.parallel;

import fathom.data.Sampler;
import fathom.distributed.ProcessGroup;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * The part of a data set that one of several processes trains on: examples {@code rank}, {@code rank + size}, {@code
 * rank + 2 size}, ... of a common order. PyTorch's {@code torch.utils.data.DistributedSampler}.
 *
 * <p>The loaders of all processes need the same {@link fathom.data.DataLoader#seed}. All parts have the same number of
 * examples: unless the remainder is dropped, the first examples of the order are used again at its end.
 */
public final class DistributedSampler implements Sampler {
    private final long examples;
    private final int rank;
    private final int processes;
    private final boolean shuffle;
    private final boolean dropLast;

    private DistributedSampler(long examples, int rank, int processes, boolean shuffle, boolean dropLast) {
        if (processes < 1 || rank < 0 || rank >= processes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "DistributedSampler: there is no rank %d among %d processes",
                            rank,
                            processes));
        }
        this.examples = examples;
        this.rank = rank;
        this.processes = processes;
        this.shuffle = shuffle;
        this.dropLast = dropLast;
    }

    /** {@return the part of {@code n} examples for this process, in a new random order in each epoch} */
    public static DistributedSampler shuffled(long n, ProcessGroup group) {
        return of(n, group.rank(), group.size(), true, false);
    }

    /** {@return the part of {@code n} examples for this process, in order} */
    public static DistributedSampler sequential(long n, ProcessGroup group) {
        return of(n, group.rank(), group.size(), false, false);
    }

    /**
     * {@return the part of {@code n} examples for one of several processes}
     *
     * @param dropLast whether to drop the last examples that are too few for all processes, rather than to use some
     *     examples twice
     * @throws IllegalArgumentException if there is no such rank
     */
    public static DistributedSampler of(long n, int rank, int processes, boolean shuffle, boolean dropLast) {
        return new DistributedSampler(n, rank, processes, shuffle, dropLast);
    }

    @Override
    public long size() {
        return dropLast ? examples / processes : Math.ceilDiv(examples, (long) processes);
    }

    @Override
    public LongStream indices(RandomGenerator random) {
        LongStream order = (shuffle ? Sampler.random(examples) : Sampler.sequential(examples)).indices(random);
        long[] all = order.toArray();
        return LongStream.range(0, size()).map(i -> all[(int) ((rank + i * processes) % all.length)]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "DistributedSampler(%d of %d, %d examples)", rank, processes, examples);
    }
}
