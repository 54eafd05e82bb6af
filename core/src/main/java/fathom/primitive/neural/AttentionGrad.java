package fathom.primitive.neural;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import fathom.primitive.indexing.Slices;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of queries, keys and values in {@link Attention}. Inputs: those of forward, its two outputs, and the
 * gradient of the first one, of its type, contiguous in the last dimension. Outputs: of the first three inputs' shapes,
 * each in its input's memory order of dimensions. The tiles of weights are recomputed.
 *
 * <p>Where queries, keys and values are slices of one tensor there is one output, {@code [3, B..., L, E]}, with the
 * same layout: the gradients need not be concatenated.
 *
 * @param forward the forward primitive
 * @param type the type of the outputs: the inputs', or float32
 * @param between elements from one slice to the next; 0 if the inputs are not slices of one tensor
 */
public record AttentionGrad(Attention forward, DType type, long between) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        if (between > 0) {
            long[] shape = Slices.with(in[0].shape(), 0, 3);
            return new Spec[] {Attention.like(Slices.with(in[0].strides(), 0, between), type, shape)};
        }
        var specs = new Spec[3];
        for (int i = 0; i < 3; i++) {
            specs[i] = Attention.like(in[i].strides(), type, in[i].shape());
        }
        return specs;
    }

    /** {@return the gradients of queries, keys and values, whether they are outputs or slices of one} */
    public Operand[] separate(Operand[] out) {
        if (between == 0) {
            return out;
        }
        Operand all = out[0];
        long[] shape = Arrays.copyOfRange(all.shape(), 1, all.rank());
        long[] strides = Arrays.copyOfRange(all.strides(), 1, all.rank());
        long step = all.strides()[0] * all.dtype().size();
        var parts = new Operand[3];
        Arrays.setAll(parts, i -> new Operand(all.dtype(), all.address() + i * step, shape, strides));
        return parts;
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("differentiable gradients of attention are composed of other operations");
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof AttentionGrad e && forward.equals(e.forward) && type == e.type && between == e.between;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * forward.hashCode() + type.ordinal()) + Long.hashCode(between);
    }
}
