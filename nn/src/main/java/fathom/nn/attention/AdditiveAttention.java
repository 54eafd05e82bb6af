package fathom.nn.attention;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.FailedLayer;
import fathom.nn.Linear;
import org.jspecify.annotations.Nullable;

/**
 * Additive attention (Bahdanau et al., 2015): a query q and a key k have the score {@code w_v^T tanh(W_q q + W_k k)},
 * so that they may have different widths.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-scoring-functions.html">Dive
 *     into Deep Learning, Attention Scoring Functions</a>
 */
public final class AdditiveAttention extends Block {
    private final Linear wQ;
    private final Linear wK;
    private final Linear wV;
    private final Dropout dropout;

    /**
     * For queries and keys of these widths.
     *
     * @param numHiddens the width of the hidden layer
     * @param dropout the dropout probability of attention weights in training
     */
    public AdditiveAttention(long querySize, long keySize, long numHiddens, double dropout) {
        wQ = new Linear(querySize, numHiddens, o -> o.bias(false));
        wK = new Linear(keySize, numHiddens, o -> o.bias(false));
        wV = new Linear(numHiddens, 1, o -> o.bias(false));
        this.dropout = new Dropout(dropout);
    }

    /**
     * {@return the weighted sums of the values for each query}
     *
     * @param queries {@code [N, T, Q]}
     * @param keys {@code [N, S, K]}
     * @param values {@code [N, S, V]}
     * @param lengths the number of keys of each row, {@code [N]}, or of each query, {@code [N, T]}; null for all
     */
    public AttentionResult forward(Tensor queries, Tensor keys, Tensor values, @Nullable Tensor lengths) {
        return attend(queries, mapKeys(keys), values, lengths);
    }

    /**
     * {@return keys as {@link #attend} reads them: where many queries come one by one, keys are mapped once}
     *
     * @param keys {@code [N, S, K]}
     */
    public Tensor mapKeys(Tensor keys) {
        return wK.forward(keys);
    }

    /**
     * {@return the weighted sums of the values for each query}
     *
     * @param queries {@code [N, T, Q]}
     * @param mappedKeys keys after {@link #mapKeys}, {@code [N, S, H]}
     * @param values {@code [N, S, V]}
     * @param lengths as in {@link #forward}
     */
    public AttentionResult attend(Tensor queries, Tensor mappedKeys, Tensor values, @Nullable Tensor lengths) {
        try {
            // [N, T, 1, H] and [N, 1, S, H]
            Tensor features = wQ.forward(queries).unsqueeze(2).add(mappedKeys.unsqueeze(1)).tanh();
            Tensor scores = wV.forward(features).squeeze(-1);
            Tensor weights = lengths == null ? scores.softmax(-1) : SequenceMask.softmax(scores, lengths);
            return new AttentionResult(dropout.forward(weights).matmul(values), weights);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }
}
