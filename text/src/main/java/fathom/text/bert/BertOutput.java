package fathom.text.bert;

import fathom.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a {@link BertModel}.
 *
 * @param hidden the vectors of all tokens after the last layer, {@code [N, L, H]}
 * @param pooled the pooler's vector of each text, {@code [N, H]}; null without a pooler
 * @param hiddenStates the embeddings, and the vectors after each layer; empty unless {@linkplain
 *     BertInputs#hiddenStates requested}
 */
public record BertOutput(Tensor hidden, @Nullable Tensor pooled, List<Tensor> hiddenStates) {
    /** {@return the vectors of the first tokens, {@code [N, H]}} */
    public Tensor first() {
        return hidden.select(1, 0);
    }

    /**
     * {@return the pooler's vectors}
     *
     * @throws IllegalStateException without a pooler
     */
    public Tensor pooledOrThrow() {
        if (pooled == null) {
            throw new IllegalStateException("BertModel: it has no pooler; construct it with one");
        }
        return pooled;
    }
}
