package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Embedding;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.options.Reduction;
import java.util.function.Consumer;

/**
 * A model whose parameters are word vectors: indices {@code [...]} become the vectors of the words {@code [..., D]}.
 */
public abstract class WordModel extends Layer {
    /** For subclasses. */
    protected WordModel() {}

    /** {@return the mean loss of a batch of the data set that the model is trained on} */
    public abstract Tensor loss(Batch batch);

    /** {@return the vectors of all words: float32 {@code [V, D]}} */
    public abstract Tensor vectors();

    /** A table with Xavier's uniform initialisation, as the course has it. */
    static Embedding table(long words, long dimensions, Consumer<Embedding.Options> options) {
        var table = new Embedding(words, dimensions, options);
        Init.xavierUniform_(table.weight);
        return table;
    }

    /**
     * {@return the mean over examples of the mean binary cross-entropy of an example's words}
     *
     * @param logits {@code [B, M]}
     */
    static Tensor masked(Tensor logits, Tensor mask, Tensor labels) {
        Tensor each = Tensors.bceWithLogits(logits, labels, o -> o.reduction(Reduction.NONE)).mul(mask);
        return each.sum(1).div(mask.sum(1)).mean();
    }
}
