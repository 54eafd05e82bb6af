package fathom.primitive.indexing;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The stable order of the elements along one dimension, or the beginning of it; NaN counts as the greatest. Input: one
 * tensor. Output: int64, the same shape, shorter in the dimension where not all is wanted.
 *
 * @param dim the dimension, not negative
 * @param descending greatest first
 * @param limit how many places are wanted at most
 */
public record ArgSort(int dim, boolean descending, long limit) implements Computed {
    /** The whole order. */
    public ArgSort(int dim, boolean descending) {
        this(dim, descending, Long.MAX_VALUE);
    }

    @Override
    public Spec[] infer(Spec... in) {
        long[] shape = in[0].shape().clone();
        if (shape.length > 0) {
            shape[dim] = Math.min(shape[dim], limit);
        }
        return new Spec[] {Spec.of(DType.INT64, shape)};
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
