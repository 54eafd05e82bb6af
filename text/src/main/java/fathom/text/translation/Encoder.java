package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Block;
import org.jspecify.annotations.Nullable;

/**
 * The part of a sequence-to-sequence model that reads the source.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/encoder-decoder.html">Dive into Deep Learning, The
 *     Encoder-Decoder Architecture</a>
 */
public abstract class Encoder extends Block {
    /** An encoder in training mode. */
    protected Encoder() {}

    /**
     * What an encoder knows of a source.
     *
     * @param outputs a vector for each token, {@code [N, S, H]}
     * @param hidden the final states of a recurrent encoder, {@code [L, N, H]}; null for others
     * @param lengths the number of tokens of each source, int64 {@code [N]}; what follows is padding
     */
    public record Encoded(Tensor outputs, @Nullable Tensor hidden, Tensor lengths) {}

    /**
     * {@return the encoded sources}
     *
     * @param tokens token indices, int64 {@code [N, S]}
     * @param lengths the number of tokens of each source, int64 {@code [N]}; the others are padding
     */
    public abstract Encoded forward(Tensor tokens, Tensor lengths);

    /**
     * {@return the weights of self-attention while the encoder reads tokens, {@code [N, layers, heads, S, S]}; null,
     * the default, for an encoder without attention}
     */
    public @Nullable Tensor attention(Tensor tokens, Tensor lengths) {
        return null;
    }
}
