package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Block;
import java.util.Map;

/**
 * The part of a sequence-to-sequence model that predicts the target from left to right. It reads some tokens at a time:
 * all of them in training (teacher forcing), one at a time in decoding; both give the same logits.
 *
 * @param <S> what it remembers of the source, and of the tokens that it has read
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/encoder-decoder.html">Dive into Deep Learning, The
 *     Encoder-Decoder Architecture</a>
 */
public abstract class Decoder<S extends Decoder.State<S>> extends Block {
    /** A decoder in training mode. */
    protected Decoder() {}

    /**
     * The state of a decoder for a batch.
     *
     * @param <S> the class itself
     */
    public interface State<S extends State<S>> {
        /**
         * {@return the state of other rows: beam search goes on with several copies of some rows, and drops others}
         *
         * @param rows the rows of the batch to take, int64 {@code [M]}
         */
        S select(Tensor rows);
    }

    /**
     * The result of a step.
     *
     * @param logits logits of the token after each token, {@code [N, T, V]}
     * @param state the state after the last token
     * @param <S> the decoder's state
     */
    public record Output<S>(Tensor logits, S state) {}

    /** {@return the state before the first token} */
    public abstract S start(Encoder.Encoded encoded);

    /**
     * {@return logits of the next tokens, and the state after them}
     *
     * @param tokens token indices, int64 {@code [N, T]}: those that follow what the state has read
     */
    public abstract Output<S> forward(Tensor tokens, S state);

    /**
     * {@return the attention weights while the decoder reads tokens, {@code [N, layers, heads, T, S or T]} each; empty,
     * the default, for a decoder without attention}
     *
     * @param tokens token indices, int64 {@code [N, T]}, from the first one on
     */
    public Map<AttentionKind, Tensor> attention(Tensor tokens, Encoder.Encoded encoded) {
        return Map.of();
    }
}
