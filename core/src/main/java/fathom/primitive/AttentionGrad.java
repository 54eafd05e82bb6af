package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of {@link Attention} by queries, keys and values. Inputs: those of forward, its two outputs, and the
 * gradient by the first of them, of its type, with elements of the last dimension that lie together. Outputs: of the
 * first three inputs' shapes, each with dimensions in memory as that input's. The tiles of weights are computed anew.
 *
 * @param forward what this is the gradient of
 * @param type the type of the outputs: the inputs', or float32
 */
public record AttentionGrad(Attention forward, DType type) implements Computed {
    @Override
    public Spec[] infer(Tensor... in) {
        var specs = new Spec[3];
        for (int i = 0; i < 3; i++) {
            specs[i] = Attention.like(in[i], type, Ops.shape(in[i]));
        }
        return specs;
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("where gradients are recorded, attention's are composed");
    }
}
