package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The index of the running maximum or minimum along one dimension: the last among equal ones, and that of a NaN from
 * there on. Input: one tensor. Output: int64, the same shape.
 *
 * @param greatest the maximum rather than the minimum
 * @param dim the dimension, not negative
 */
public record ArgScan(boolean greatest, int dim) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        return new Spec[] {Spec.of(DType.INT64, inputs[0].shape())};
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
