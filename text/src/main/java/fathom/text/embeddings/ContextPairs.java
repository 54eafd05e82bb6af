package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Centre words with the words around them, within windows of random sizes, and for each of them noise words drawn from
 * the smoothed frequencies.
 *
 * <p>An example has, with M = 2 window (1 + negatives): the centre word, int64 {@code [1]}; the context words followed
 * by noise words, int64 {@code [M]}, padded with 0; 1 for words and 0 for padding, float32 {@code [M]}; 1 for context
 * words and 0 for noise words, float32 {@code [M]}.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word-embedding-dataset.html">Dive into
 *     Deep Learning, The Dataset for Pretraining Word Embeddings</a>
 */
public final class ContextPairs implements Dataset {
    private final int width;
    private final int[] centers;
    private final int[][] contexts;
    private final int[][] noise;

    private ContextPairs(int width, int[] centers, int[][] contexts, int[][] noise) {
        this.width = width;
        this.centers = centers;
        this.contexts = contexts;
        this.noise = noise;
    }

    /**
     * {@return the pairs of a corpus}
     *
     * @param window the largest distance of a context word; that of a centre word is drawn from 1 to it
     * @param negatives the number of noise words for each context word
     * @param seed the seed of random numbers
     * @throws IllegalArgumentException if the window is below 1, negatives are, no word of the vocabulary occurs, or no
     *     sentence has two of them
     */
    public static ContextPairs of(WordCorpus corpus, int window, int negatives, long seed) {
        if (window < 1 || negatives < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ContextPairs: expected a window of at least 1 and a number of negatives, got %d and %d",
                            window,
                            negatives));
        }
        var random = new SplittableRandom(seed);
        corpus.checkKnown("ContextPairs");
        var table = negatives == 0 ? null : new AliasTable(corpus.noiseWeights());
        var centers = new ArrayList<Integer>();
        var contexts = new ArrayList<int[]>();
        var noise = new ArrayList<int[]>();
        for (int[] sentence : corpus.sentences()) {
            for (int i = 0; i < sentence.length && sentence.length > 1; i++) {
                int size = 1 + random.nextInt(window);
                int from = Math.max(0, i - size);
                int to = Math.min(sentence.length, i + size + 1);
                var around = new int[to - from - 1];
                System.arraycopy(sentence, from, around, 0, i - from);
                System.arraycopy(sentence, i + 1, around, i - from, to - i - 1);
                centers.add(sentence[i]);
                contexts.add(around);
                noise.add(table == null ? new int[0] : drawn(table, around, negatives * around.length, random));
            }
        }
        if (centers.isEmpty()) {
            throw new IllegalArgumentException("ContextPairs: no sentence of the corpus has two known words");
        }
        return new ContextPairs(
                2 * window * (1 + negatives),
                centers.stream().mapToInt(c -> c).toArray(),
                contexts.toArray(int[][]::new),
                noise.toArray(int[][]::new));
    }

    /** Noise words that are not among the context words, unless all words are. */
    private static int[] drawn(AliasTable table, int[] around, int count, SplittableRandom random) {
        var drawn = new int[count];
        for (int k = 0; k < count; k++) {
            int word = table.sample(random);
            for (int tries = 0; tries < 100 && contains(around, word); tries++) {
                word = table.sample(random);
            }
            drawn[k] = word;
        }
        return drawn;
    }

    private static boolean contains(int[] words, int word) {
        for (int w : words) {
            if (w == word) {
                return true;
            }
        }
        return false;
    }

    /** {@return the number of pairs of a centre word and a context word} */
    public long pairs() {
        return Arrays.stream(contexts).mapToLong(c -> c.length).sum();
    }

    /** {@return the maximum number of context and noise words, M} */
    public int width() {
        return width;
    }

    int center(int i) {
        return centers[i];
    }

    int[] context(int i) {
        return contexts[i];
    }

    @Override
    public long size() {
        return centers.length;
    }

    @Override
    public Example get(long index) {
        List<Tensor> one = batch(new long[] {index}).tensors();
        return Example.of(one.stream().map(t -> t.select(0, 0)).toArray(Tensor[]::new));
    }

    @Override
    public Batch batch(long[] indices) {
        int n = indices.length;
        var center = new long[n];
        var words = new long[n * width];
        var mask = new float[n * width];
        var labels = new float[n * width];
        for (int row = 0; row < n; row++) {
            int i = (int) Objects.checkIndex(indices[row], size());
            center[row] = centers[i];
            int at = row * width;
            for (int word : contexts[i]) {
                labels[at] = 1;
                mask[at] = 1;
                words[at++] = word;
            }
            for (int word : noise[i]) {
                mask[at] = 1;
                words[at++] = word;
            }
        }
        return Batch.of(
                Tensors.tensor(center).reshape(n, 1),
                Tensors.tensor(words).reshape(n, width),
                Tensors.tensor(mask).reshape(n, width),
                Tensors.tensor(labels).reshape(n, width));
    }
}
