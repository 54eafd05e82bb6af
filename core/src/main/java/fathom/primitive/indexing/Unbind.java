package fathom.primitive.indexing;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import fathom.primitive.neural.AttentionGrad;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The slices along a dimension, as views. Their gradients are assembled at once, where those of single views would each
 * fill a whole tensor with zeros.
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
        Tensor whole = whole(gradOutputs);
        if (whole != null) {
            return new @Nullable Tensor[] {whole};
        }
        long[] all = tape.inputShape(0);
        var shape = new long[all.length - 1];
        System.arraycopy(all, 0, shape, 0, dim);
        System.arraycopy(all, dim + 1, shape, dim, shape.length - dim);
        List<Tensor> slices = new ArrayList<>();
        for (Tensor g : gradOutputs) {
            slices.add(g != null ? g : Tensors.zeros(tape.inputType(0), shape));
        }
        return new @Nullable Tensor[] {Tensors.stack(slices, dim)};
    }

    /**
     * {@return the tensor of which the gradients are all slices, as those of {@link AttentionGrad} are; null if there
     * is none}
     */
    private @Nullable Tensor whole(@Nullable Tensor[] slices) {
        Tensor first = slices[0];
        long step = first == null || Autograd.isGradEnabled() ? 0 : Slices.step(slices);
        if (first == null || step == 0) {
            return null; // or one gradient shared by all of them
        }
        long[] shape = Slices.with(Ops.shape(first), dim, slices.length);
        long[] strides = Slices.with(Ops.strides(first), dim, step);
        return Broadcasting.isDense(shape, strides) ? first.asStrided(shape, strides, first.storageOffset()) : null;
    }
}
