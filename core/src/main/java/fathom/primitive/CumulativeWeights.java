package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Cumulative sums with the weights of {@link LogCumSumExp}'s gradient. Inputs, of one shape and floating type: values
 * v, and input x and output y of {@link LogCumSumExp}; y does not decrease along the dimension. Element j has weight
 * {@code exp(x_j - y_i)} in y_i. Output: forward {@code out_i = sum over j <= i of v_j exp(x_j - y_i)}; reversed {@code
 * out_j = sum over i >= j of v_i exp(x_j - y_i)}. No weight exceeds 1, so nothing overflows.
 *
 * @param dim the dimension, not negative
 * @param reversed whether to sum from the end to the start
 */
public record CumulativeWeights(int dim, boolean reversed) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        return new Spec[] {Spec.of(inputs[0].dtype(), inputs[0].shape())};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i > 0 || needsGrad.needsGrad(1) || needsGrad.needsGrad(2);
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return needsGrad.needsGrad(reversed ? 1 : 2);
    }

    /** Each direction is the adjoint of the other in v. */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor across = Ops.apply(new CumulativeWeights(dim, !reversed), g, tape.input(1), tape.input(2));
        Tensor atOutput = tape.needsGrad(reversed ? 1 : 2) ? g.mul(tape.output(0)) : null;
        Tensor atInput = tape.needsGrad(reversed ? 2 : 1) ? tape.input(0).mul(across) : null;
        Tensor byX = reversed ? atOutput : atInput;
        Tensor byY = reversed ? atInput : atOutput;
        return new @Nullable Tensor[] {across, byX, byY == null ? null : byY.neg()};
    }
}
