package fathom.ops;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functions.Joining;
import java.util.List;

/** Concatenation as a method; see {@link Joining}. */
public sealed interface JoiningOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return this and another tensor concatenated along a dimension} */
    default Tensor cat(Tensor other, int dim) {
        return Tensors.cat(List.of(self(), other), dim);
    }
}
