package fathom.nn.attention;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * Masks of sequences of different lengths, and the softmax of attention scores under them.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-scoring-functions.html">Dive
 *     into Deep Learning, Attention Scoring Functions</a>
 */
public final class SequenceMask {
    private SequenceMask() {}

    /**
     * {@return which positions are within their sequence: bool {@code [..., steps]}, true from position 0 to length -
     * 1}
     *
     * @param lengths lengths of sequences, an integer type, {@code [...]}
     * @param steps the number of positions
     */
    public static Tensor of(Tensor lengths, long steps) {
        if (lengths.dtype().isFloating() || lengths.dtype() == DType.BOOL || steps < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "SequenceMask: expected lengths of an integer type, and steps that are not negative, got %s of %s and %d",
                            lengths.shape(),
                            lengths.dtype(),
                            steps));
        }
        Tensor positions = lengths.device().with(() -> Tensors.arange(steps));
        return positions.lt(lengths.unsqueeze(-1));
    }

    /**
     * {@return {@code x} with {@code value} in place of what follows the end of its sequence}
     *
     * @param x {@code [N, T, ...]}
     * @param lengths an integer type, {@code [N]}
     */
    public static Tensor fill(Tensor x, Tensor lengths, Number value) {
        if (x.dim() < 2 || lengths.dim() != 1 || lengths.size(0) != x.size(0)) {
            throw new IllegalArgumentException(
                    "SequenceMask: expected sequences [N, T, ...] and lengths [N], got %s and %s"
                            .formatted(x.shape(), lengths.shape()));
        }
        Tensor mask = of(lengths, x.size(1));
        for (int d = 2; d < x.dim(); d++) {
            mask = mask.unsqueeze(-1);
        }
        return x.where(mask, value);
    }

    /**
     * {@return the softmax of scores over the keys within their sequence; keys behind its end have the weight 0, and so
     * has every key of an empty sequence}
     *
     * @param scores {@code [N, T, S]}
     * @param lengths the number of keys of each row, {@code [N]}, or of each query, {@code [N, T]}; an integer type
     */
    public static Tensor softmax(Tensor scores, Tensor lengths) {
        Tensor mask = of(rows(scores, lengths), scores.size(-1));
        // empty rows are left unmasked before softmax, so that no gradient is NaN
        Tensor some = rows(scores, lengths).gt(0).unsqueeze(-1);
        Tensor masked = Tensors.where(mask.logicalOr(some.logicalNot()), scores, Double.NEGATIVE_INFINITY);
        return masked.softmax(-1).where(some, 0);
    }

    /** {@return lengths by row and query, {@code [N, T]}, or {@code [N, 1]} for all queries of a row} */
    static Tensor rows(Tensor scores, Tensor lengths) {
        boolean fits =
                scores.dim() == 3
                        && (lengths.dim() == 1 || lengths.dim() == 2 && lengths.size(1) == scores.size(1))
                        && lengths.size(0) == scores.size(0);
        if (!fits) {
            throw new IllegalArgumentException(
                    "SequenceMask: expected scores [N, T, S] and lengths [N] or [N, T], got %s and %s"
                            .formatted(scores.shape(), lengths.shape()));
        }
        return lengths.dim() == 1 ? lengths.unsqueeze(1) : lengths;
    }
}
