package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.nn.BuiltInLayer;
import fathom.nn.FailedLayer;

/**
 * The maxima over {@code size} regions of nearly equal extent of a sequence: {@code [N, C, L]} becomes {@code [N, C,
 * size]}.
 */
public final class AdaptiveMaxPool1d extends BuiltInLayer {
    private final long size;

    /** With {@code size} output elements. */
    public AdaptiveMaxPool1d(long size) {
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveMaxPool1d(x, size);
    }

    /** {@return the maxima, after the layer's hooks, and their indices, {@code l}} */
    public ValuesAndIndices forwardWithIndices(Tensor x) {
        try {
            ValuesAndIndices y = Tensors.adaptiveMaxPool1dWithIndices(x, size);
            return new ValuesAndIndices(hooked(x, y.values()), y.indices());
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
