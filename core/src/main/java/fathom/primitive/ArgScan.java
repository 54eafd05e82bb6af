package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The index, along one dimension, of the greatest or least element up to each place: of equal ones the last, and a NaN
 * from where there is one. Input: one tensor. Output: int64, the same shape.
 *
 * @param greatest the greatest rather than the least
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
