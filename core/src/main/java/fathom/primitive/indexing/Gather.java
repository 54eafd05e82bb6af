package fathom.primitive.indexing;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Elements gathered along one dimension: {@code out[i][j][k] = x[i][index[i][j][k]][k]} for dimension 1. Inputs: {@code
 * x}, {@code index} (int64, of the same rank; no size except that of the dimension exceeds x's); the backend checks
 * indices ({@link IndexOutOfBoundsException}). Output: index's shape.
 *
 * @param dim the dimension, not negative
 * @param operation the user's operation, for messages
 */
public record Gather(int dim, String operation) implements Computed {
    /** The gather of the operation {@code gather}. */
    public Gather(int dim) {
        this(dim, "gather");
    }

    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[0].dtype(), in[1].shape())};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor zeros = fathom.Tensors.zeros(g.dtype(), t.inputShape(0));
        return new @Nullable Tensor[] {
            Ops.apply(new ScatterReduce(dim, ScatterReduce.Mode.ADD), zeros, t.input(1), g), null
        };
    }
}
