package fathom.data;

import fathom.Device;
import fathom.Generator;
import fathom.Tensors;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a {@link Dataset} in batches. Each iteration is a new epoch, shuffled anew if requested:
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
 * <p>The order, and the random numbers that transforms draw, depend only on the seed, the epoch and the index of the
 * batch, never on the workers. Gradients are not recorded while a batch is assembled.
 *
 * @see <a href="https://d2l.ai/chapter_linear-regression/linear-regression-scratch.html">Dive into Deep Learning,
 *     Reading the Dataset</a>
 */
public final class DataLoader implements Iterable<Batch> {
    private static final String SEED = "seed";
    private static final String EPOCH = "epoch";
    private static final String BATCH = "batch";
    private static final String BATCHES = "batches";
    private static final String BATCH_SIZE = "batchSize";
    private static final String EXAMPLES = "examples";

    private final Dataset dataset;
    private final @Nullable IterableDataset stream;
    private final int batchSize;
    private boolean shuffle;
    private boolean dropLast;
    private @Nullable Sampler sampler;
    private @Nullable BatchSampler batchSampler;
    private @Nullable Function<List<Example>, Batch> collate;
    private @Nullable Device device;
    private int workers;
    private int prefetch = 2;
    private int shuffleBuffer = 10_000;
    private @Nullable Long seed;
    private @Nullable Generator generator;
    private long epoch;
    private @Nullable Shard shard;

    /** The batches of the latest epoch that are not divided. */
    private Set<Long> copies = Set.of();

    /** The number of batches that the next epoch skips, because they were returned before an interruption. */
    private long skip;

    /** The progress of the latest epoch; null before the first. */
    private @Nullable EpochProgress progress;

    private DataLoader(Dataset dataset, @Nullable IterableDataset stream, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size: must be at least 1, is " + batchSize);
        }
        this.dataset = dataset;
        this.stream = stream;
        this.batchSize = batchSize;
    }

    /**
     * {@return a loader of a data set, in order and without background workers}
     *
     * @param batchSize the number of examples per batch; the last batch may have fewer
     */
    public static DataLoader of(Dataset dataset, int batchSize) {
        return new DataLoader(dataset, null, batchSize);
    }

    /**
     * {@return a loader of a stream, in its order}
     *
     * <p>{@link #shuffle} takes the examples at random from a {@linkplain #shuffleBuffer buffer}. Samplers and a {@link
     * #collate} function do not apply, and more than one worker is of no use: a stream is read by one thread.
     *
     * @param batchSize the number of examples per batch; the last batch may have fewer
     */
    public static DataLoader of(IterableDataset stream, int batchSize) {
        return new DataLoader(new StreamDataset(stream, 0, 1, 0, 0), stream, batchSize);
    }

    /** Whether to shuffle the examples in each epoch. Default: no. */
    public DataLoader shuffle(boolean shuffle) {
        this.shuffle = shuffle;
        return this;
    }

    /** The number of examples of a stream from which {@link #shuffle} chooses the next one. Default: 10,000. */
    public DataLoader shuffleBuffer(int examples) {
        if (examples < 1) {
            throw new IllegalArgumentException("shuffleBuffer: must be at least 1, is " + examples);
        }
        this.shuffleBuffer = examples;
        return this;
    }

    /** {@return whether the examples come in random order, by {@link #shuffle} or {@link BatchSampler#byLength}} */
    public boolean isShuffled() {
        return batchSampler instanceof LengthBuckets || shuffle && sampler == null && batchSampler == null;
    }

    /**
     * The seed of shuffling and of random transforms. By default it is drawn from {@link #generator} at the first
     * epoch.
     */
    public DataLoader seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** {@return the seed of shuffling and of random transforms; drawn now if it was neither set nor drawn before} */
    public long seed() {
        if (seed == null) {
            seed = generator == null ? Tensors.randomSeed() : Tensors.randomSeed(generator);
        }
        return seed;
    }

    /** The generator that the seed is drawn from. Default: the thread's current generator. */
    public DataLoader generator(Generator generator) {
        this.generator = generator;
        seed = null;
        return this;
    }

    /** Whether to drop an incomplete last batch. Default: no. */
    public DataLoader dropLast(boolean dropLast) {
        this.dropLast = dropLast;
        return this;
    }

    /** The sampler that chooses the examples of an epoch and their order, instead of {@link #shuffle}. */
    public DataLoader sampler(Sampler sampler) {
        this.sampler = sampler;
        return this;
    }

    /**
     * The sampler that chooses the examples of each batch, instead of the batch size, {@link #shuffle}, {@link
     * #sampler} and {@link #dropLast}.
     */
    public DataLoader batchSampler(BatchSampler batchSampler) {
        this.batchSampler = batchSampler;
        return this;
    }

    /**
     * One of the parts of each batch.
     *
     * @param index from 0
     * @param of the number of parts
     * @param skip whether a part may have no example of a batch, which it then lacks
     */
    record Shard(int index, int of, boolean skip) {
        /** {@return the position of the first example of a batch of {@code n} examples} */
        int begin(int n) {
            return (int) ((long) n * index / of);
        }

        /** {@return the position after the last example of a batch of {@code n} examples} */
        int end(int n) {
            return (int) ((long) n * (index + 1) / of);
        }
    }

    /**
     * Loads one of several parts of each batch, for processes that share the training: together they have the batches
     * of a loader that is not divided, whatever their number. {@link #batchSize} and {@link #size} stay those of the
     * whole. The loaders of all processes need the same {@link #seed}.
     *
     * <p>Parts of a batch differ by at most one example. One with fewer examples than there are parts is not divided:
     * each part has all of it, and {@link #isCopied} tells so.
     *
     * @param index from 0
     * @param of the number of parts; 1 to load whole batches
     * @throws IllegalArgumentException if there is no such part, or this is a loader of a stream
     */
    public DataLoader shard(int index, int of) {
        return shard(new Shard(index, of, false));
    }

    /**
     * As {@link #shard(int, int)}, for evaluation: of a batch with fewer examples than there are parts, the first parts
     * have one each, and the others lack the batch.
     */
    public DataLoader shardOrSkip(int index, int of) {
        return shard(new Shard(index, of, true));
    }

    private DataLoader shard(Shard part) {
        if (part.of < 1 || part.index < 0 || part.index >= part.of) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "shard: there is no part %d of %d", part.index, part.of));
        }
        if (stream != null && part.of > 1) {
            throw new IllegalArgumentException(
                    "shard: batches of a stream cannot be divided; give each process a stream of its own");
        }
        shard = part.of == 1 ? null : part;
        return this;
    }

    /**
     * {@return whether batch {@code number} of the latest epoch, which was returned already, has too few examples to be
     * divided, so that each part has all of them}
     */
    public boolean isCopied(long number) {
        return copies.contains(number);
    }

    /** The function that assembles a batch from examples, instead of {@link Dataset#batch}. */
    public DataLoader collate(Function<List<Example>, Batch> collate) {
        this.collate = collate;
        return this;
    }

    /** The device that batches are copied to. Default: none, they stay where they were created. */
    public DataLoader to(Device device) {
        this.device = device;
        return this;
    }

    /**
     * The number of background threads that prefetch batches. Default: 0, batches are assembled in the calling thread.
     */
    public DataLoader workers(int workers) {
        if (workers < 0) {
            throw new IllegalArgumentException("workers: must not be negative, is " + workers);
        }
        this.workers = workers;
        return this;
    }

    /** The number of batches that each worker prefetches. Default: 2. */
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

    /** {@return the number of examples per batch} */
    public int batchSize() {
        return batchSize;
    }

    /** {@return the number of batches per epoch} */
    public long size() {
        return batches().size();
    }

    /** {@return the index of the next epoch, from 0} */
    public long epoch() {
        return epoch;
    }

    /**
     * Sets the index of the next epoch: with the same {@link #seed} the following epochs have the same order as in an
     * uninterrupted run.
     */
    public DataLoader epoch(long epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch: must not be negative, is " + epoch);
        }
        this.epoch = epoch;
        skip = 0;
        progress = null;
        return this;
    }

    /**
     * {@return the batches of an epoch as records of tensors, see {@link Batch#as}; each iteration is a new epoch}
     *
     * @param type the record's class
     */
    public <R> Iterable<R> as(Class<R> type) {
        return () -> {
            Batches batches = iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return batches.hasNext();
                }

                @Override
                public R next() {
                    return batches.next().as(type);
                }
            };
        };
    }

    /**
     * {@return the state: the seed, the epoch, and the number of batches already returned in it}
     *
     * <p>An epoch is in progress until its iterator has reported the end or was closed; one that was left early and not
     * closed, as by {@code break}, still is. Between epochs the state is that of the next one.
     */
    public Map<String, Long> stateDict() {
        var state = new LinkedHashMap<String, Long>();
        if (seed != null) { // else it is drawn at the first epoch, after restoring as before
            state.put(SEED, seed);
        }
        EpochProgress latest = progress;
        if (latest != null && latest.isWithin()) {
            state.put(EPOCH, latest.epoch());
            state.put(BATCH, latest.returned());
        } else {
            state.put(EPOCH, epoch);
            state.put(BATCH, skip);
        }
        state.put(BATCHES, size());
        state.put(BATCH_SIZE, (long) batchSize);
        state.put(EXAMPLES, dataset.size());
        return state;
    }

    /**
     * Restores a state: the next iteration returns the remaining batches of the epoch, and later ones are those of an
     * uninterrupted loop. {@link #epoch()} then returns the index of that epoch.
     *
     * @throws IllegalArgumentException if an entry is missing or invalid, or the state is within an epoch and this
     *     loader has another number of examples or batches; nothing is changed then
     */
    public void loadStateDict(Map<String, Long> state) {
        long savedEpoch = notNegative(state, EPOCH);
        long savedBatch = notNegative(state, BATCH);
        if (savedBatch > 0) {
            long batches = notNegative(state, BATCHES);
            long size = notNegative(state, BATCH_SIZE);
            long examples = notNegative(state, EXAMPLES);
            if (batches != size() || size != batchSize || examples != dataset.size() || savedBatch > batches) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "the state is after batch %d of %d, of batches of %d out of %d examples, and this loader has %d batches of %d out of %d examples: an unfinished epoch can only be resumed with the same batches",
                                savedBatch,
                                batches,
                                size,
                                examples,
                                size(),
                                batchSize,
                                dataset.size()));
            }
        }
        seed = state.get(SEED);
        epoch = savedEpoch;
        skip = savedBatch;
        progress = null;
    }

    private static long notNegative(Map<String, Long> state, String name) {
        Long value = state.get(name);
        if (value == null || value < 0) {
            throw new IllegalArgumentException(
                    value == null
                            ? "the loader's state lacks " + name
                            : "%s is %s in the loader's state; expected a non-negative integer".formatted(name, value));
        }
        return value;
    }

    /**
     * Ends the assembly of a batch that nobody waits for. A data set whose {@link Dataset#batch} takes long, since it
     * reads files for instance, calls it between examples.
     *
     * @throws java.util.concurrent.CancellationException on the thread of a worker whose iteration has been closed
     */
    public static void checkOpen() {
        PrefetchedBatches.checkOpen();
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

    /** {@return the batches of the next epoch, or the rest of one that {@link #loadStateDict} restored} */
    @Override
    public Batches iterator() {
        return iterator(skip);
    }

    /**
     * {@return the batches of the next epoch from batch {@code first} on: to resume in the middle of an epoch}
     *
     * @param first the number of batches to skip, without assembling them
     */
    public Batches iterator(long first) {
        if (first < 0) {
            throw new IllegalArgumentException("iterator: must start at batch 0 or later, not " + first);
        }
        long epochSeed = new SplittableRandom(seed() ^ Long.rotateLeft(epoch * 0x9E3779B97F4A7C15L, 32)).nextLong();
        var latest = new EpochProgress(epoch, first);
        progress = latest;
        skip = 0;
        epoch++;
        Dataset source = dataset;
        BatchSampler batches = batches();
        if (stream != null) {
            if (sampler != null || batchSampler != null || collate != null) {
                throw new IllegalArgumentException(
                        "DataLoader: samplers and collate functions need indices, which a stream does not have");
            }
            source = new StreamDataset(stream, epoch - 1, shuffle ? shuffleBuffer : 1, epochSeed, first * batchSize);
            batches = BatchSampler.of(Sampler.sequential(stream.size()), batchSize, dropLast);
        }
        Shard part = shard;
        if (part != null) {
            copies = BatchShards.noCopies();
            batches = new BatchShards(batches, part, copies);
        }
        Iterator<long[]> indices = batches.batches(new SplittableRandom(epochSeed));
        for (long i = 0; i < first && indices.hasNext(); i++) {
            indices.next();
        }
        // random transforms draw other numbers in each part
        long transformSeed = part == null ? epochSeed : epochSeed ^ part.index() * 0x9E3779B97F4A7C15L;
        var assembler = new BatchAssembler(source, collate, transformSeed, Device.current(), device);
        int threads = stream == null ? workers : Math.min(1, workers);
        return latest.counting(
                threads == 0
                        ? new DirectBatches(indices, assembler, first)
                        : new PrefetchedBatches(
                                indices, assembler, first, threads, Math.multiplyExact(threads, prefetch)));
    }

    @Override
    public String toString() {
        return "DataLoader(%s, batchSize=%s%s%s)"
                .formatted(
                        stream == null ? dataset : stream,
                        batchSize,
                        shuffle ? ", shuffle" : "",
                        dropLast ? ", dropLast" : "");
    }
}
