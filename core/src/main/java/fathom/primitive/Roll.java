package fathom.primitive;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rotation along any number of dimensions in a single pass. Input: {@code x}, not empty. Output: of the same shape,
 * contiguous.
 *
 * @param shifts for each dimension of x the number of positions, from 0 to its size - 1
 */
public record Roll(List<Long> shifts) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor out = Tensors.empty(inputs[0].dtype(), Ops.shape(inputs[0]));
        copy(inputs[0], out, 0);
        return new Tensor[] {out};
    }

    /** Copies both parts of a dimension to where they belong, each by the parts of the dimensions after it. */
    private void copy(Tensor from, Tensor to, int dim) {
        if (dim == shifts.size()) {
            to.copy_(from);
            return;
        }
        long shift = shifts.get(dim);
        if (shift == 0) {
            copy(from, to, dim + 1);
            return;
        }
        long rest = from.size(dim) - shift;
        copy(from.narrow(dim, 0, rest), to.narrow(dim, shift, rest), dim + 1);
        copy(from.narrow(dim, rest, shift), to.narrow(dim, 0, shift), dim + 1);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        long[] shape = tape.inputShape(0);
        var back = new Long[shape.length];
        for (int d = 0; d < back.length; d++) {
            back[d] = (shape[d] - shifts.get(d)) % shape[d];
        }
        return new @Nullable Tensor[] {Ops.apply(new Roll(List.of(back)), gradOutputs[0])};
    }
}
