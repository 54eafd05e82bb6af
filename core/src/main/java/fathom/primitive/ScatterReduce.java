package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Writes elements to places picked along one dimension, in order: {@code out[i][index[i][j][k]][k] = src[i][j][k]} for
 * dimension 1. Inputs: {@code self}, {@code index} (int64), {@code src} of at least index's extents. Output: self's
 * shape; it starts as a copy of self, or is self's own memory.
 *
 * @param dim the dimension, not negative
 * @param mode how a value meets what is there
 */
public record ScatterReduce(int dim, Mode mode) implements Computed {
    /** How a scattered value meets the one that is there. */
    public enum Mode {
        SET,
        ADD,
        PROD,
        MAX,
        MIN
    }

    @Override
    public Spec[] infer(Tensor... in) {
        return new Spec[] {Spec.of(in[0].dtype(), in[0].shape().dims())};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor index = t.input(1);
        if (mode != Mode.SET && mode != Mode.ADD) {
            throw new UnsupportedOperationException("scatter with " + mode + " has no gradient; use ADD, or detach()");
        }
        Tensor self = !t.wants(0) ? null : mode == Mode.ADD ? g : g.scatter(dim, index, 0);
        Tensor src = null;
        if (t.wants(2)) {
            src = g.gather(dim, index);
            long[] full = t.inputShape(2);
            if (!java.util.Arrays.equals(full, index.shape().dims())) {
                Tensor padded = fathom.Tensors.zeros(g.dtype(), full);
                Tensor corner = padded;
                for (int d = 0; d < full.length; d++) {
                    corner = corner.narrow(d, 0, index.size(d));
                }
                corner.copy_(src);
                src = padded;
            }
        }
        return new @Nullable Tensor[] {self, null, src};
    }
}
