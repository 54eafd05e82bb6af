package fathom.primitive;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The slices along a dimension, as views. Their gradients are put together at once, where those of single views would
 * each fill a whole tensor with zeros.
 *
 * @param dim the dimension, not negative
 */
public record Unbind(int dim) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        var slices = new Tensor[Math.toIntExact(inputs[0].size(dim))];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = inputs[0].select(dim, i);
        }
        return slices;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        long[] whole = tape.inputShape(0);
        var shape = new long[whole.length - 1];
        System.arraycopy(whole, 0, shape, 0, dim);
        System.arraycopy(whole, dim + 1, shape, dim, shape.length - dim);
        List<Tensor> slices = new ArrayList<>();
        for (Tensor g : gradOutputs) {
            slices.add(g != null ? g : Tensors.zeros(tape.inputType(0), shape));
        }
        return new @Nullable Tensor[] {Tensors.stack(slices, dim)};
    }
}
