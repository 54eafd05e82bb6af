package fathom.text.embeddings;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Embedding;

/**
 * The continuous bag of words with negative sampling (Mikolov et al., "Efficient Estimation of Word Representations in
 * Vector Space", 2013): the mean of the context words' vectors predicts the word between them. Trained on {@link
 * ContextBags}.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word2vec.html">Dive into Deep Learning,
 *     Word Embedding (word2vec)</a>
 */
public final class Cbow extends WordModel {
    /** The vectors of context words, which are the result. */
    public final Embedding context;

    /** The vectors of predicted words. */
    public final Embedding center;

    /** For a vocabulary of {@code words} words. */
    public Cbow(long words, long dimensions) {
        this(words, dimensions, false);
    }

    /**
     * For a vocabulary of {@code words} words.
     *
     * @param sparse whether the tables have gradients of the rows looked up only, for optimisers that take them
     */
    public Cbow(long words, long dimensions, boolean sparse) {
        context = table(words, dimensions, o -> o.sparse(sparse));
        center = table(words, dimensions, o -> o.sparse(sparse));
    }

    @Override
    public Tensor forward(Tensor index) {
        return context.forward(index);
    }

    /**
     * {@return the dot products of the mean of context words and other words: {@code [B, M]}}
     *
     * @param contexts {@code [B, C]}
     * @param mask 1 for words, 0 for padding: {@code [B, C]}
     * @param words {@code [B, M]}
     */
    public Tensor logits(Tensor contexts, Tensor mask, Tensor words) {
        Tensor weights = mask.div(mask.sum(1).unsqueeze(1)).unsqueeze(1); // [B, 1, C]
        Tensor mean = weights.bmm(context.forward(contexts)); // [B, 1, D]
        return mean.bmm(center.forward(words).transpose(1, 2)).squeeze(1);
    }

    @Override
    public Tensor loss(Batch batch) {
        Tensor logits = logits(batch.get(0), batch.get(1), batch.get(2));
        return masked(logits, logits.detach().mul(0).add(1), batch.get(3));
    }

    @Override
    public Tensor vectors() {
        return context.weight.detach();
    }
}
