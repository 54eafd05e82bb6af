package fathom.primitive.indexing;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Writes elements to indices along one dimension, in order: {@code out[i][index[i][j][k]][k] = src[i][j][k]} for
 * dimension 1. Inputs: {@code self}, {@code index} (int64), {@code src}, at least as large as index in each dimension.
 * Output: self's shape; it starts as a copy of self, or is self's own memory.
 *
 * @param dim the dimension, not negative
 * @param mode how a value is combined with the existing one
 * @param operation the user's operation, for messages
 */
public record ScatterReduce(int dim, Mode mode, String operation) implements Computed {
    /** The primitive of the operation {@code scatter}. */
    public ScatterReduce(int dim, Mode mode) {
        this(dim, mode, "scatter");
    }

    /** How a scattered value is combined with the existing one. */
    public enum Mode {
        SET,
        ADD,
        PROD,
        MAX,
        MIN
    }

    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[0].dtype(), in[0].shape())};
    }

    private boolean isExtremumOrProduct() {
        return mode != Mode.SET && mode != Mode.ADD;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1 || isExtremumOrProduct();
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return mode == Mode.MAX || mode == Mode.MIN;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor index = t.input(1);
        if (isExtremumOrProduct()) {
            return mode == Mode.PROD ? ScatterGradients.prod(t, dim, g) : ScatterGradients.extremum(t, dim, g);
        }
        Tensor self = !t.needsGrad(0) ? null : mode == Mode.ADD ? g : g.scatter(dim, index, 0);
        Tensor src = t.needsGrad(2) ? ScatterGradients.inCorner(g.gather(dim, index), t.inputShape(2)) : null;
        return new @Nullable Tensor[] {self, null, src};
    }
}
