package fathom.text.embeddings;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Embedding;

/**
 * The skip-gram model with negative sampling (Mikolov et al., "Distributed Representations of Words and Phrases and
 * their Compositionality", 2013): the dot product of a centre word's vector and a context word's predicts whether the
 * word occurs near the centre word. Trained on {@link ContextPairs}.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word2vec-pretraining.html">Dive into
 *     Deep Learning, Pretraining word2vec</a>
 */
public final class SkipGram extends WordModel {
    /** The vectors of centre words, which are the result. */
    public final Embedding center;

    /** The vectors of context words. */
    public final Embedding context;

    /** For a vocabulary of {@code words} words. */
    public SkipGram(long words, long dimensions) {
        this(words, dimensions, false);
    }

    /**
     * For a vocabulary of {@code words} words.
     *
     * @param sparse whether the tables have gradients of the rows looked up only, for optimisers that take them
     */
    public SkipGram(long words, long dimensions, boolean sparse) {
        center = table(words, dimensions, o -> o.sparse(sparse));
        context = table(words, dimensions, o -> o.sparse(sparse));
    }

    @Override
    public Tensor forward(Tensor index) {
        return center.forward(index);
    }

    /**
     * {@return the dot products of a centre word and other words: {@code [B, M]}}
     *
     * @param centers {@code [B, 1]}
     * @param words {@code [B, M]}
     */
    public Tensor logits(Tensor centers, Tensor words) {
        return center.forward(centers).bmm(context.forward(words).transpose(1, 2)).squeeze(1);
    }

    @Override
    public Tensor loss(Batch batch) {
        return masked(logits(batch.get(0), batch.get(1)), batch.get(2), batch.get(3));
    }

    @Override
    public Tensor vectors() {
        return center.weight.detach();
    }
}
