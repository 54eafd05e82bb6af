package fathom.primitive;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Concatenation along a dimension. Inputs: any number of tensors of one type, whose shapes differ at most in that
 * dimension.
 *
 * @param dim the dimension, not negative
 */
public record Cat(int dim) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        long[] shape = Ops.shape(inputs[0]).clone();
        shape[dim] = 0;
        for (Tensor t : inputs) {
            shape[dim] += t.size(dim);
        }
        Tensor out = Tensors.empty(inputs[0].dtype(), shape);
        long start = 0;
        for (Tensor t : inputs) {
            out.narrow(dim, start, t.size(dim)).copy_(t);
            start += t.size(dim);
        }
        return new Tensor[] {out};
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        var grads = new @Nullable Tensor[tape.inputCount()];
        long start = 0;
        for (int i = 0; i < grads.length; i++) {
            long n = tape.inputShape(i)[dim];
            grads[i] = tape.needsGrad(i) ? gradOutputs[0].narrow(dim, start, n) : null;
            start += n;
        }
        return grads;
    }
}
