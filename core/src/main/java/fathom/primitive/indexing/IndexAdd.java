package fathom.primitive.indexing;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Adds slices to the indexed slices of a tensor, in order. Inputs: {@code self}, {@code index: int64 [n]}, {@code src}
 * of self's shape except for size {@code n} in the dimension. Output: self's shape; it starts as a copy of self, or is
 * self's own memory.
 *
 * @param dim the dimension, not negative
 * @param operation the user's operation, for messages
 */
public record IndexAdd(int dim, String operation) implements Computed {
    /** The primitive of the operation {@code indexAdd}. */
    public IndexAdd(int dim) {
        this(dim, "indexAdd");
    }

    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[0].dtype(), in[0].shape())};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        return new @Nullable Tensor[] {g, null, t.needsGrad(2) ? g.indexSelect(dim, t.input(1)) : null};
    }
}
