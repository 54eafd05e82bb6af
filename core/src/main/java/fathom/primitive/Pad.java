package fathom.primitive;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Constant padding. Input: {@code x}. Output: x's shape, extended on both sides of each dimension.
 *
 * @param before the number of elements added in front, per dimension, not negative
 * @param after the number of elements added behind, per dimension, not negative
 * @param value the constant
 */
public record Pad(long[] before, long[] after, double value) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        long[] shape = Ops.shape(x).clone();
        for (int d = 0; d < shape.length; d++) {
            shape[d] += before[d] + after[d];
        }
        Tensor y = Tensors.full(value, x.dtype(), shape);
        middle(y, Ops.shape(x)).copy_(x);
        return new Tensor[] {y};
    }

    private Tensor middle(Tensor y, long[] shape) {
        Tensor m = y;
        for (int d = 0; d < shape.length; d++) {
            if (before[d] != 0 || after[d] != 0) {
                m = m.narrow(d, before[d], shape[d]);
            }
        }
        return m;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return new @Nullable Tensor[] {middle(gradOutputs[0], tape.inputShape(0))};
    }
}
