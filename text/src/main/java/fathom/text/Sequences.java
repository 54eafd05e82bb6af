package fathom.text;

import fathom.Tensor;
import fathom.data.BatchSampler;
import fathom.data.DataLoader;
import fathom.data.Sampler;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Partitions a corpus into batches of subsequences with their next tokens as targets: {@code x} and {@code y} of a
 * batch are int64 {@code [B, T]}. Every epoch starts at a random offset and has the same number of batches; the
 * remainder that does not fill a batch is dropped.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/language-model.html">Dive into Deep Learning, Language
 *     Models</a>
 */
public final class Sequences {
    private Sequences() {}

    /**
     * {@return batches of subsequences in random order (random sampling)}
     *
     * @param corpus token indices, {@code [n]}
     * @param batchSize the number of sequences in a batch
     * @param numSteps the number of tokens in a sequence
     * @throws IllegalArgumentException if the corpus is too short for one batch
     */
    public static DataLoader randomPartition(Tensor corpus, int batchSize, int numSteps) {
        check(corpus, batchSize, numSteps);
        long known = corpus.numel() - 1; // tokens that have a successor
        long size = Math.max(1, (known - numSteps + 1) / numSteps / batchSize);
        return loader(
                corpus,
                batchSize,
                numSteps,
                size,
                random -> {
                    long offset = offset(random, numSteps - 1, known, size * batchSize * numSteps);
                    long[] order = Sampler.random((known - offset) / numSteps).indices(random).toArray();
                    return LongStream.range(0, size)
                            .mapToObj(b ->
                                    Arrays.stream(
                                                    order,
                                                    Math.toIntExact(b * batchSize),
                                                    Math.toIntExact((b + 1) * batchSize))
                                            .map(i -> offset + i * numSteps)
                                            .toArray())
                            .iterator();
                });
    }

    /**
     * {@return batches whose rows continue those of the previous batch (sequential partitioning), so that hidden states
     * can be carried over}
     *
     * @param corpus token indices, {@code [n]}
     * @param batchSize the number of sequences in a batch
     * @param numSteps the number of tokens in a sequence
     * @throws IllegalArgumentException if the corpus is too short for one batch
     * @see StatefulLanguageModel
     */
    public static DataLoader sequentialPartition(Tensor corpus, int batchSize, int numSteps) {
        check(corpus, batchSize, numSteps);
        long known = corpus.numel() - 1;
        long size = Math.max(1, (known - numSteps) / batchSize / numSteps);
        return loader(
                corpus,
                batchSize,
                numSteps,
                size,
                random -> {
                    long offset = offset(random, numSteps, known, size * batchSize * numSteps);
                    long columns = (known - offset) / batchSize;
                    return LongStream.range(0, size)
                            .mapToObj(b ->
                                    IntStream.range(0, batchSize)
                                            .mapToLong(row -> offset + row * columns + b * numSteps)
                                            .toArray())
                            .iterator();
                });
    }

    /** {@return the random offset of an epoch: at most {@code most}, and such that {@code needed} tokens follow} */
    private static long offset(RandomGenerator random, long most, long known, long needed) {
        return random.nextLong(Math.min(most, known - needed) + 1);
    }

    @FunctionalInterface
    private interface Epoch {
        Iterator<long[]> batches(RandomGenerator random);
    }

    private static DataLoader loader(Tensor corpus, int batchSize, int numSteps, long size, Epoch epoch) {
        return DataLoader.of(new Windows(corpus, numSteps), batchSize)
                .batchSampler(
                        new BatchSampler() {
                            @Override
                            public long size() {
                                return size;
                            }

                            @Override
                            public Iterator<long[]> batches(RandomGenerator random) {
                                return epoch.batches(random);
                            }
                        });
    }

    private static void check(Tensor corpus, int batchSize, int numSteps) {
        if (corpus.dim() != 1 || batchSize < 1 || numSteps < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Sequences: expected tokens [n], a batch size and a number of steps of at least 1, got %s, %d and %d",
                            corpus.shape(),
                            batchSize,
                            numSteps));
        }
        if (corpus.numel() - 1 < (long) batchSize * numSteps) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Sequences: %d tokens are too few for one batch of %d sequences of %d steps and their next tokens",
                            corpus.numel(),
                            batchSize,
                            numSteps));
        }
    }
}
