package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * The words around a word, and the word with noise words, for {@link Cbow}. An example has, with C = 2 window: the
 * context words, int64 {@code [C]}, padded with 0; 1 for words and 0 for padding, float32 {@code [C]}; the centre word
 * followed by noise words, int64 {@code [1 + negatives]}; their labels, 1 and then 0, float32 {@code [1 + negatives]}.
 */
public final class ContextBags implements Dataset {
    private final ContextPairs pairs;
    private final int width;
    private final int[][] noise;

    private ContextBags(ContextPairs pairs, int width, int[][] noise) {
        this.pairs = pairs;
        this.width = width;
        this.noise = noise;
    }

    /**
     * {@return the bags of a corpus}
     *
     * @param window the largest distance of a context word; that of a centre word is drawn from 1 to it
     * @param negatives the number of noise words
     * @param seed the seed of random numbers
     * @throws IllegalArgumentException as {@link ContextPairs#of}
     */
    public static ContextBags of(WordCorpus corpus, int window, int negatives, long seed) {
        ContextPairs pairs = ContextPairs.of(corpus, window, 0, seed);
        if (negatives < 1) {
            throw new IllegalArgumentException("ContextBags: expected at least one negative, got " + negatives);
        }
        var random = new SplittableRandom(seed + 1);
        corpus.checkKnown("ContextBags");
        var table = new AliasTable(corpus.noiseWeights());
        var noise = new int[Math.toIntExact(pairs.size())][negatives];
        for (int i = 0; i < noise.length; i++) {
            for (int k = 0; k < negatives; k++) {
                int word = table.sample(random);
                for (int tries = 0; tries < 100 && word == pairs.center(i); tries++) {
                    word = table.sample(random);
                }
                noise[i][k] = word;
            }
        }
        return new ContextBags(pairs, 2 * window, noise);
    }

    @Override
    public long size() {
        return pairs.size();
    }

    @Override
    public Example get(long index) {
        List<Tensor> one = batch(new long[] {index}).tensors();
        return Example.of(one.stream().map(t -> t.select(0, 0)).toArray(Tensor[]::new));
    }

    @Override
    public Batch batch(long[] indices) {
        int n = indices.length;
        int targets = 1 + noise[0].length;
        var contexts = new long[n * width];
        var mask = new float[n * width];
        var words = new long[n * targets];
        var labels = new float[n * targets];
        for (int row = 0; row < n; row++) {
            int i = (int) Objects.checkIndex(indices[row], size());
            int at = row * width;
            for (int word : pairs.context(i)) {
                mask[at] = 1;
                contexts[at++] = word;
            }
            words[row * targets] = pairs.center(i);
            labels[row * targets] = 1;
            for (int k = 1; k < targets; k++) {
                words[row * targets + k] = noise[i][k - 1];
            }
        }
        return Batch.of(
                Tensors.tensor(contexts).reshape(n, width),
                Tensors.tensor(mask).reshape(n, width),
                Tensors.tensor(words).reshape(n, targets),
                Tensors.tensor(labels).reshape(n, targets));
    }
}
