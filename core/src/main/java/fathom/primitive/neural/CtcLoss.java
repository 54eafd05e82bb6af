package fathom.primitive.neural;

import fathom.Autograd;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Connectionist temporal classification (Graves et al., 2006): the negative logarithm of the probability of a sequence
 * of labels, summed over all alignments with the frames. Inputs: {@code logProbs: [T, N, C]} of float32 or float64;
 * {@code targets}: int64 {@code [N, S]}, or {@code [sum of lengths]}, concatenated; {@code inputLengths} and {@code
 * targetLengths}: int64 {@code [N]}. The backend checks lengths and labels. Output: {@code [N]}.
 *
 * <p>The gradient is that of PyTorch: it assumes that the probabilities of each frame sum to 1, as those of a
 * log-softmax do.
 *
 * @param blank the blank label
 * @param zeroInfinity whether infinite losses, of targets too long for their frames, are replaced by 0
 */
public record CtcLoss(int blank, boolean zeroInfinity) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[0].dtype(), in[0].size(1))};
    }

    /**
     * Rejects invalid lengths.
     *
     * @param example the index of the example
     * @param frames T
     * @param room the maximum number of labels available for it
     * @throws IllegalArgumentException naming the invalid length
     */
    public static void check(long example, long inputLength, long frames, long targetLength, long room) {
        if (inputLength < 0 || inputLength > frames) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ctcLoss: input length %d of example %d is not within 0 to the %d frames",
                            inputLength,
                            example,
                            frames));
        }
        if (targetLength < 0 || targetLength > room) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ctcLoss: target length %d of example %d is not within 0 to the %d available labels",
                            targetLength,
                            example,
                            room));
        }
    }

    /** {@return the label, checked to be a class} */
    public static int label(long example, long label, long classes) {
        if (label < 0 || label >= classes) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "ctcLoss: label %d of example %d is not one of the %d classes",
                            label,
                            example,
                            classes));
        }
        return (int) label;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor[] in = {tape.input(0), tape.input(1), tape.input(2), tape.input(3)};
        Tensor byLogProbs =
                Autograd.isGradEnabled() && in[0].numel() > 0
                        ? new CtcFormula(this, in).gradient(g)
                        : Ops.apply(new CtcLossGrad(this), g, in[0], in[1], in[2], in[3]);
        return new @Nullable Tensor[] {byLogProbs, null, null, null};
    }
}
