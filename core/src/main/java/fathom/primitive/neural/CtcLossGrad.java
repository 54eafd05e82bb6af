package fathom.primitive.neural;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link CtcLoss} by the log-probabilities: probabilities less those of the labels given the target, 0
 * beyond an example's frames. Inputs: {@code g: [N]}, then those of the loss. Output: {@code [T, N, C]}.
 *
 * @param forward what this is the gradient of
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
        throw new IllegalStateException("where gradients are recorded, that of ctcLoss is composed");
    }
}
