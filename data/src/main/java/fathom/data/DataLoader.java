package fathom.data;

import fathom.Device;
import fathom.Generator;
import fathom.Tensors;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a {@link Dataset}. Each iteration is a new epoch, with a new order where it is shuffled:
 *
 * {@snippet :
 * var loader = DataLoader.of(data, 256).shuffle(true).seed(0).workers(2);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *     for (var batch : loader) {
 *         train(batch.x(), batch.y());
 *     }
 * }
 * }
 *
 * <p>The order, and the random numbers that transforms draw, depend on the seed, the number of the epoch and that of
 * the batch: never on the workers. Gradients are not recorded while a batch is made.
 *
 * @see <a href="https://d2l.ai/chapter_linear-regression/linear-regression-scratch.html">Dive into Deep Learning,
 *     reading the data set</a>
 */
public final class DataLoader implements Iterable<Batch> {
    private final Dataset dataset;
    private final int batchSize;
    private boolean shuffle;
    private boolean dropLast;
    private @Nullable Sampler sampler;
    private @Nullable BatchSampler batchSampler;
    private @Nullable Function<List<Example>, Batch> collate;
    private @Nullable Device device;
    private int workers;
    private int prefetch = 2;
    private @Nullable Long seed;
    private @Nullable Generator generator;
    private long epoch;

    private DataLoader(Dataset dataset, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size: must be at least 1, is " + batchSize);
        }
        this.dataset = dataset;
        this.batchSize = batchSize;
    }

    /**
     * {@return batches of a data set, in order, made in the calling thread}
     *
     * @param batchSize examples per batch; the last one may have fewer
     */
    public static DataLoader of(Dataset dataset, int batchSize) {
        return new DataLoader(dataset, batchSize);
    }

    /** Whether each epoch has a random order of its own. Default: no. */
    public DataLoader shuffle(boolean shuffle) {
        this.shuffle = shuffle;
        return this;
    }

    /**
     * The seed of shuffling and of random transforms. By default it is drawn for the first epoch, from {@link
     * #generator}.
     */
    public DataLoader seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** {@return the seed of shuffling and of random transforms; drawn now if it was not set or drawn before} */
    public long seed() {
        if (seed == null) {
            seed = generator == null ? Tensors.randomSeed() : Tensors.randomSeed(generator);
        }
        return seed;
    }

    /** The generator that the seed is drawn from. Default: the one that the thread draws from. */
    public DataLoader generator(Generator generator) {
        this.generator = generator;
        seed = null;
        return this;
    }

    /** Whether a last batch of fewer examples is left out. Default: no. */
    public DataLoader dropLast(boolean dropLast) {
        this.dropLast = dropLast;
        return this;
    }

    /** Which examples make an epoch and in which order, in place of {@link #shuffle}. */
    public DataLoader sampler(Sampler sampler) {
        this.sampler = sampler;
        return this;
    }

    /**
     * Which examples make each batch, in place of batch size, {@link #shuffle}, {@link #sampler} and {@link #dropLast}.
     */
    public DataLoader batchSampler(BatchSampler batchSampler) {
        this.batchSampler = batchSampler;
        return this;
    }

    /** What makes a batch of examples, in place of {@link Dataset#batch}. */
    public DataLoader collate(Function<List<Example>, Batch> collate) {
        this.collate = collate;
        return this;
    }

    /** The device that batches are copied to. Default: they stay where they were made. */
    public DataLoader to(Device device) {
        this.device = device;
        return this;
    }

    /** How many background threads make batches ahead of time. Default: 0, batches are made when they are asked for. */
    public DataLoader workers(int workers) {
        if (workers < 0) {
            throw new IllegalArgumentException("workers: must not be negative, is " + workers);
        }
        this.workers = workers;
        return this;
    }

    /** How many batches each worker makes ahead of time. Default: 2. */
    public DataLoader prefetch(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException("prefetch: must be at least 1, is " + batches);
        }
        this.prefetch = batches;
        return this;
    }

    /** {@return the data set} */
    public Dataset dataset() {
        return dataset;
    }

    /** {@return examples per batch} */
    public int batchSize() {
        return batchSize;
    }

    /** {@return batches per epoch} */
    public long size() {
        return batches().size();
    }

    /** {@return the number of the next epoch, from 0} */
    public long epoch() {
        return epoch;
    }

    /**
     * Sets the number of the next epoch: to go on after an interruption in the same orders, given the same {@link
     * #seed}.
     */
    public DataLoader epoch(long epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch: must not be negative, is " + epoch);
        }
        this.epoch = epoch;
        return this;
    }

    private BatchSampler batches() {
        if (batchSampler != null) {
            return batchSampler;
        }
        Sampler s = sampler;
        if (s == null) {
            s = shuffle ? Sampler.random(dataset.size()) : Sampler.sequential(dataset.size());
        }
        return BatchSampler.of(s, batchSize, dropLast);
    }

    /** {@return the batches of the next epoch} */
    @Override
    public Batches iterator() {
        return iterator(0);
    }

    /**
     * {@return the batches of the next epoch from batch {@code first} on: to go on in the middle of an epoch}
     *
     * @param first how many batches are left out, without being made
     */
    public Batches iterator(long first) {
        if (first < 0) {
            throw new IllegalArgumentException("iterator: must start at batch 0 or later, not " + first);
        }
        long epochSeed = new SplittableRandom(seed() ^ Long.rotateLeft(epoch * 0x9E3779B97F4A7C15L, 32)).nextLong();
        epoch++;
        Iterator<long[]> indices = batches().batches(new SplittableRandom(epochSeed));
        for (long i = 0; i < first && indices.hasNext(); i++) {
            indices.next();
        }
        var assembler = new BatchAssembler(dataset, collate, epochSeed, Device.current(), device);
        return workers == 0
                ? new DirectBatches(indices, assembler, first)
                : new PrefetchedBatches(indices, assembler, first, workers, Math.multiplyExact(workers, prefetch));
    }
}
