package fathom.text.sentences;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * How the vectors of a text's tokens become one vector.
 *
 * @see <a href="https://arxiv.org/abs/1908.10084">Reimers and Gurevych, 2019, Sentence-BERT, section 3</a>
 */
public enum Pooling {
    /** The vector of the first token, which is {@code [CLS]}. */
    CLS,
    /** The mean over all tokens but padding. */
    MEAN,
    /** The maximum of each feature over all tokens but padding. */
    MAX,
    /** The sum over all tokens but padding, divided by the square root of their number. */
    MEAN_SQRT_LEN,
    /** The vector of the last token before the padding, as for decoders. */
    LAST;

    /**
     * {@return a vector for each text: {@code [B, H]}; zeros for a text without tokens, but for {@link #CLS}}
     *
     * @param tokens the vectors of the tokens: {@code [B, T, H]}, T at least 1
     * @param mask 1 for tokens, 0 for padding behind them: integer {@code [B, T]}
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Tensor apply(Tensor tokens, Tensor mask) {
        if (tokens.dim() != 3
                || mask.dim() != 2
                || tokens.size(0) != mask.size(0)
                || tokens.size(1) != mask.size(1)
                || tokens.size(1) == 0) {
            throw new IllegalArgumentException(
                    "Pooling: expected vectors [B, T, H] with T of at least 1 and a mask [B, T], got %s and %s"
                            .formatted(tokens.shape(), mask.shape()));
        }
        if (this == CLS) {
            return tokens.select(1, 0);
        }
        Tensor valid = mask.to(tokens.dtype()).unsqueeze(-1);
        Tensor count = valid.sum(1);
        return switch (this) {
            case MEAN -> tokens.mul(valid).sum(1).div(count.clampMin(1));
            case MEAN_SQRT_LEN -> tokens.mul(valid).sum(1).div(count.clampMin(1).sqrt());
            case MAX -> tokens.maskedFill(valid.eq(0), Double.NEGATIVE_INFINITY).amax(1).maskedFill(count.eq(0), 0);
            default -> {
                Tensor positions = Tensors.arange(tokens.size(1)).to(tokens.device()).unsqueeze(0);
                Tensor last = positions.eq(mask.sum(1).unsqueeze(1).sub(1)).to(tokens.dtype()).unsqueeze(-1);
                yield tokens.mul(last).sum(1);
            }
        };
    }

    /** {@return the name that a configuration of sentence-transformers has for it: {@code pooling_mode_cls_token}} */
    String setting() {
        return "pooling_mode_"
                + switch (this) {
                    case CLS -> "cls_token";
                    case MEAN -> "mean_tokens";
                    case MAX -> "max_tokens";
                    case MEAN_SQRT_LEN -> "mean_sqrt_len_tokens";
                    case LAST -> "lasttoken";
                };
    }

    /** {@return the name in lower case: {@code mean_sqrt_len}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
