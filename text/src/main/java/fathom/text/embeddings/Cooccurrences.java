package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How often words occur near each other, for {@link Glove}: a pair at distance d counts 1/d (Pennington, Socher and
 * Manning, 2014, section 4.2). An example has: the centre word, int64; the context word, int64; the count, float32.
 */
public final class Cooccurrences implements Dataset {
    private final int[] centers;
    private final int[] contexts;
    private final float[] counts;

    private Cooccurrences(int n) {
        centers = new int[n];
        contexts = new int[n];
        counts = new float[n];
    }

    /**
     * {@return the co-occurrences of a corpus, on both sides}
     *
     * @param window the largest distance
     * @throws IllegalArgumentException if the window is below 1, no word of the vocabulary occurs, or no sentence has
     *     two of them
     */
    public static Cooccurrences of(WordCorpus corpus, int window) {
        if (window < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Cooccurrences: expected a window of at least 1, got %d", window));
        }
        corpus.checkKnown("Cooccurrences");
        var sums = new HashMap<Long, Float>();
        for (int[] s : corpus.sentences()) {
            for (int i = 0; i < s.length; i++) {
                for (int k = Math.max(0, i - window); k < i; k++) {
                    float share = 1f / (i - k);
                    sums.merge((long) s[i] << 32 | s[k], share, Float::sum);
                    sums.merge((long) s[k] << 32 | s[i], share, Float::sum);
                }
            }
        }
        if (sums.isEmpty()) {
            throw new IllegalArgumentException("Cooccurrences: no sentence of the corpus has two known words");
        }
        long[] keys = sums.keySet().stream().mapToLong(k -> k).sorted().toArray();
        var all = new Cooccurrences(keys.length);
        for (int i = 0; i < keys.length; i++) {
            all.centers[i] = (int) (keys[i] >>> 32);
            all.contexts[i] = (int) keys[i];
            all.counts[i] = sums.getOrDefault(keys[i], 0f);
        }
        return all;
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
        var i = new long[indices.length];
        var j = new long[indices.length];
        var x = new float[indices.length];
        for (int row = 0; row < i.length; row++) {
            int at = (int) Objects.checkIndex(indices[row], size());
            i[row] = centers[at];
            j[row] = contexts[at];
            x[row] = counts[at];
        }
        return Batch.of(Tensors.tensor(i), Tensors.tensor(j), Tensors.tensor(x));
    }
}
