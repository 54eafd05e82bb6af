package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The cumulative log-sum-exp along one dimension. Input: one floating tensor. Output: the same shape and type.
 *
 * @param dim the dimension, not negative
 */
public record LogCumSumExp(int dim) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        return new Spec[] {Spec.of(inputs[0].dtype(), inputs[0].shape())};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        var weights = new CumulativeWeights(dim, true);
        return new @Nullable Tensor[] {Ops.apply(weights, gradOutputs[0], tape.input(0), tape.output(0))};
    }
}
