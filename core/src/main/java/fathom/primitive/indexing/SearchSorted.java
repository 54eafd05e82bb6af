package fathom.primitive.indexing;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Insertion points of values in sorted rows. Inputs: {@code sorted: [..., m]}, ascending; {@code values: [..., n]}, of
 * the same rank, type and sizes before the last. Output: values' shape; the number of the row's elements less than the
 * value; NaN sorts last.
 *
 * @param right count elements less than or equal
 * @param narrow whether the output is int32 rather than int64
 */
public record SearchSorted(boolean right, boolean narrow) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(narrow ? DType.INT32 : DType.INT64, in[1].shape())};
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
