package fathom.primitive.neural;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of the log-probabilities in {@link CtcLoss}: probabilities minus the posterior probabilities of the
 * labels, 0 beyond an example's frames. Inputs: {@code g: [N]}, then those of the loss. Output: {@code [T, N, C]}.
 *
 * @param forward the forward primitive
 */
public record CtcLossGrad(CtcLoss forward) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[1].dtype(), in[1].shape())};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("a differentiable gradient of ctcLoss is composed of other operations");
    }
}
