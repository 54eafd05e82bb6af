package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Embedding;
import fathom.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * fastText's skip-gram model (Bojanowski et al., 2017): a word's vector is the mean of its own and of those of its
 * character n-grams, so that words that were never seen have vectors, too. Trained on {@link ContextPairs}.
 */
public final class SubwordSkipGram extends WordModel {
    /** The vectors of words, followed by those of buckets of n-grams, and by one of zeros for padding. */
    public final Embedding input;

    /** The vectors of context words. */
    public final Embedding context;

    private final Subwords subwords;
    private final int words;
    private final Tensor parts; // [V, S]: rows of each word, padded
    private final Tensor weights; // [V, S]: 1 / their number, 0 for padding

    /**
     * For the words of a vocabulary.
     *
     * @param sparse whether the tables have gradients of the rows looked up only, for optimisers that take them
     */
    public SubwordSkipGram(Vocabulary vocabulary, Subwords subwords, long dimensions, boolean sparse) {
        this.subwords = subwords;
        words = vocabulary.size();
        int padding = words + subwords.buckets();
        input = table(padding + 1L, dimensions, o -> o.sparse(sparse));
        context = table(words, dimensions, o -> o.sparse(sparse));
        var rows = new ArrayList<List<Integer>>();
        for (int i = 0; i < words; i++) {
            var all = new ArrayList<Integer>();
            all.add(i);
            subwords.indices(vocabulary.token(i)).forEach(b -> all.add(words + b));
            rows.add(all);
        }
        int most = rows.stream().mapToInt(List::size).max().orElse(1);
        var index = new long[words * most];
        var share = new float[words * most];
        for (int i = 0; i < words; i++) {
            List<Integer> all = rows.get(i);
            for (int k = 0; k < most; k++) {
                index[i * most + k] = k < all.size() ? all.get(k) : padding;
                share[i * most + k] = k < all.size() ? 1f / all.size() : 0;
            }
        }
        parts = Tensors.tensor(index).reshape(words, most).keep();
        weights = Tensors.tensor(share).reshape(words, most).keep();
    }

    @Override
    public Tensor forward(Tensor index) {
        Tensor flat = index.flatten();
        Tensor rows = input.forward(parts.indexSelect(0, flat)); // [n, S, D]
        Tensor mean = weights.indexSelect(0, flat).unsqueeze(1).bmm(rows).squeeze(1);
        long[] shape = Arrays.copyOf(index.shape().dims(), index.dim() + 1);
        shape[index.dim()] = mean.size(1);
        return mean.reshape(shape);
    }

    @Override
    public Tensor loss(Batch batch) {
        Tensor logits = forward(batch.get(0)).bmm(context.forward(batch.get(1)).transpose(1, 2)).squeeze(1);
        return masked(logits, batch.get(2), batch.get(3));
    }

    @Override
    public Tensor vectors() {
        return forward(Tensors.arange(words)).detach();
    }

    /**
     * {@return the vector of any word, also one that is not in the vocabulary: the mean of its n-grams, {@code [D]}}
     */
    public Tensor vectorOf(String word) {
        List<Integer> buckets = subwords.indices(word);
        if (buckets.isEmpty()) {
            return input.weight.detach().select(0, 0).mul(0);
        }
        long[] rows = buckets.stream().mapToLong(b -> words + b).toArray();
        return input.weight.detach().indexSelect(0, Tensors.tensor(rows)).mean(0);
    }
}
