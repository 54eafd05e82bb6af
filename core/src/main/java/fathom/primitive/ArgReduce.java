package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The index of the first maximum or minimum along one dimension; that of the first NaN if there is one. Input: one
 * tensor. Output: int64, with the dimension kept as size 1.
 *
 * @param greatest the maximum rather than the minimum
 * @param dim the dimension, not negative
 */
public record ArgReduce(boolean greatest, int dim) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        long[] shape = inputs[0].shape().clone();
        shape[dim] = 1;
        return new Spec[] {Spec.of(fathom.DType.INT64, shape)};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("an index has no gradient");
    }
}
