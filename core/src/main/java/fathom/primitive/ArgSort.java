package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The stable order of the elements along one dimension; NaN counts as the greatest. Input: one tensor. Output: int64,
 * the same shape.
 *
 * @param dim the dimension, not negative
 * @param descending greatest first
 */
public record ArgSort(int dim, boolean descending) implements Computed {
    @Override
    public Spec[] infer(Tensor... in) {
        return new Spec[] {Spec.of(DType.INT64, in[0].shape().dims())};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("an order has no gradient");
    }
}
