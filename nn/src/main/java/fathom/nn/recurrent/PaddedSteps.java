package fathom.nn.recurrent;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * The steps of padded sequences.
 *
 * @param lengths int64 {@code [1, B]}
 * @param within whether a step is one of its sequence, bool {@code [T, B, 1]}
 * @param mirrored the step at the same distance from the sequence's end, that of padding being itself, {@code [T, B]}
 */
record PaddedSteps(Tensor lengths, Tensor within, Tensor mirrored) {
    static PaddedSteps of(String layer, Tensor lengths, long steps, long batch) {
        boolean fits =
                lengths.dim() == 1
                        && lengths.size(0) == batch
                        && !lengths.dtype().isFloating()
                        && lengths.dtype() != DType.BOOL;
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: lengths %s of %s: expected %s",
                            layer,
                            lengths.shape(),
                            lengths.dtype(),
                            batch == 0 ? "a batch of sequences" : "[%s] of an integer type".formatted(batch)));
        }
        Tensor n = lengths.to(DType.INT64).unsqueeze(0);
        Tensor t = lengths.device().with(() -> Tensors.arange(steps)).unsqueeze(1);
        Tensor within = t.lt(n);
        return new PaddedSteps(n, within.unsqueeze(2), Tensors.where(within, n.sub(t).sub(1), t));
    }

    /** {@return each sequence reversed, its padding where it was; {@code [T, B, H]}} */
    Tensor reversed(Tensor x) {
        return x.gather(0, mirrored.unsqueeze(2).expand(x.size(0), x.size(1), x.size(2)));
    }

    /** {@return zeros in place of padding, {@code [T, B, H]}} */
    Tensor masked(Tensor x) {
        return x.where(within, 0);
    }

    /**
     * {@return the states {@code [1, B, H]} after the last step of each sequence; of an empty one, the initial ones}
     */
    Tensor last(Tensor states, Tensor initial) {
        Tensor at = lengths.sub(1).clampMin(0).unsqueeze(2);
        Tensor last = states.gather(0, at.expand(1, states.size(1), states.size(2)));
        return last.where(lengths.gt(0).unsqueeze(2), initial.to(states.dtype()).unsqueeze(0));
    }
}
