package fathom.text.translation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.attention.SequenceMask;
import java.util.Locale;

/**
 * The cross-entropy of sequences of different lengths: one fused kernel, for which padding has a label that it ignores.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/seq2seq.html">Dive into Deep Learning, Sequence-to-Sequence
 *     Learning</a>
 */
public final class MaskedCrossEntropy {
    private static final long IGNORED = -100;

    private MaskedCrossEntropy() {}

    /**
     * {@return the mean cross-entropy of all tokens that are no padding, a scalar}
     *
     * @param logits {@code [N, T, V]}
     * @param target token indices, int64 {@code [N, T]}
     * @param lengths the number of tokens of each target, int64 {@code [N]}; the others do not count
     * @throws IllegalArgumentException if shapes do not fit
     */
    public static Tensor of(Tensor logits, Tensor target, Tensor lengths) {
        boolean fits =
                logits.dim() == 3
                        && target.dim() == 2
                        && lengths.dim() == 1
                        && logits.size(0) == target.size(0)
                        && logits.size(1) == target.size(1)
                        && lengths.size(0) == target.size(0);
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MaskedCrossEntropy: logits %s, target %s, lengths %s: expected [N, T, V], [N, T] and [N]",
                            logits.shape(),
                            target.shape(),
                            lengths.shape()));
        }
        Tensor labels = target.where(SequenceMask.of(lengths, target.size(1)), IGNORED);
        return Tensors.crossEntropy(logits.flatten(0, 1), labels.reshape(-1), o -> o.ignoreIndex(IGNORED));
    }
}
