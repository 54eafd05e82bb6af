package fathom.primitive.indexing;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The indices of a stable sort along one dimension, or its first entries; NaN counts as the largest. Input: one tensor.
 * Output: int64, of the same shape except for a limited dimension.
 *
 * @param dim the dimension, not negative
 * @param descending largest first
 * @param limit the maximum number of entries returned
 */
public record ArgSort(int dim, boolean descending, long limit) implements Computed {
    /** A full sort. */
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
        throw new IllegalStateException("a permutation has no gradient");
    }
}
