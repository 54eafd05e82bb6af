package fathom.primitive.indexing;

import fathom.Autograd;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Slices of a tensor along one dimension, selected by index. Inputs: {@code x}, {@code index: int64 [n]}, checked by
 * the backend ({@link IndexOutOfBoundsException}); negative ones are rejected. Output: {@code x}'s shape except for
 * size {@code n} in the dimension.
 *
 * @param dim the dimension, not negative
 * @param operation the user's operation, for messages
 */
public record IndexSelect(int dim, String operation) implements Computed {
    /** The primitive of the operation {@code indexSelect}. */
    public IndexSelect(int dim) {
        this(dim, "indexSelect");
    }

    @Override
    public Spec[] infer(Spec... in) {
        long[] shape = in[0].shape().clone();
        shape[dim] = in[1].numel();
        return new Spec[] {Spec.of(in[0].dtype(), shape)};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor zeros = fathom.Tensors.zeros(g.dtype(), t.inputShape(0));
        var add = new IndexAdd(dim);
        Tensor[] in = {zeros, t.input(1), g};
        // nothing else references the zeros: without a graph to build, they become the result
        Tensor sum = Autograd.isGradEnabled() ? Ops.apply(add, in) : Ops.applyInPlace(add, zeros, in);
        return new @Nullable Tensor[] {sum, null};
    }
}
