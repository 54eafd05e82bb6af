package fathom.nn.attention;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.FailedLayer;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention with masks of lengths, whose weights are returned. Where they are not needed, {@link
 * fathom.Tensors#scaledDotProductAttention} is faster and takes less memory.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-scoring-functions.html">Dive
 *     into Deep Learning, Attention Scoring Functions</a>
 */
public final class DotProductAttention extends Block {
    private final Dropout dropout;

    /** With a dropout probability of attention weights in training. */
    public DotProductAttention(double dropout) {
        this.dropout = new Dropout(dropout);
    }

    /**
     * {@return the weighted sums of the values for each query}
     *
     * @param queries {@code [N, T, E]}
     * @param keys {@code [N, S, E]}
     * @param values {@code [N, S, V]}
     * @param lengths the number of keys of each row, {@code [N]}, or of each query, {@code [N, T]}; null for all
     */
    public AttentionResult forward(Tensor queries, Tensor keys, Tensor values, @Nullable Tensor lengths) {
        try {
            Tensor scores = queries.matmul(keys.transpose(-2, -1)).mul(1 / Math.sqrt(queries.size(-1)));
            Tensor weights = lengths == null ? scores.softmax(-1) : SequenceMask.softmax(scores, lengths);
            return new AttentionResult(dropout.forward(weights).matmul(values), weights);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }
}
