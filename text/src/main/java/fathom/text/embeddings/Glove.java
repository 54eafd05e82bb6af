package fathom.text.embeddings;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Embedding;

/**
 * GloVe (Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", 2014): dot products and
 * biases of two words approximate the logarithm of how often they occur near each other, in weighted least squares.
 * Trained on {@link Cooccurrences}; the result is the sum of both tables.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/glove.html">Dive into Deep Learning,
 *     Word Embedding with Global Vectors (GloVe)</a>
 */
public final class Glove extends WordModel {
    private static final double MOST = 100;
    private static final double POWER = 0.75;

    /** The vectors of centre words. */
    public final Embedding center;

    /** The vectors of context words. */
    public final Embedding context;

    /** The biases of centre words, {@code [V, 1]}. */
    public final Embedding centerBias;

    /** The biases of context words, {@code [V, 1]}. */
    public final Embedding contextBias;

    /** For a vocabulary of {@code words} words. */
    public Glove(long words, long dimensions) {
        this(words, dimensions, false);
    }

    /**
     * For a vocabulary of {@code words} words.
     *
     * @param sparse whether the tables have gradients of the rows looked up only, for optimisers that take them
     */
    public Glove(long words, long dimensions, boolean sparse) {
        center = table(words, dimensions, o -> o.sparse(sparse));
        context = table(words, dimensions, o -> o.sparse(sparse));
        centerBias = table(words, 1, o -> o.sparse(sparse));
        contextBias = table(words, 1, o -> o.sparse(sparse));
    }

    @Override
    public Tensor forward(Tensor index) {
        return center.forward(index).add(context.forward(index));
    }

    @Override
    public Tensor loss(Batch batch) {
        Tensor i = batch.get(0);
        Tensor j = batch.get(1);
        Tensor x = batch.get(2);
        Tensor dot = center.forward(i).mul(context.forward(j)).sum(1);
        Tensor error = dot.add(centerBias.forward(i).squeeze(1)).add(contextBias.forward(j).squeeze(1)).sub(x.log());
        Tensor weight = x.div(MOST).clamp(0, 1).pow(POWER);
        return weight.mul(error.square()).mean();
    }

    @Override
    public Tensor vectors() {
        return center.weight.detach().add(context.weight.detach());
    }
}
