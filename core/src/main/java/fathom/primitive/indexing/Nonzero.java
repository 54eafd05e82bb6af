package fathom.primitive.indexing;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The indices of the nonzero elements, in row-major order. Input: one tensor. Output: int64 {@code [count, rank]}.
 *
 * @param count the number of nonzero elements
 */
public record Nonzero(long count) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(DType.INT64, count, in[0].rank())};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("indices have no gradient");
    }
}
