package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/**
 * The averages over {@code size} regions of nearly equal extent of a sequence: {@code [N, C, L]} becomes {@code [N, C,
 * size]}.
 */
public final class AdaptiveAvgPool1d extends BuiltInLayer {
    private final long size;

    /** With {@code size} output elements. */
    public AdaptiveAvgPool1d(long size) {
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveAvgPool1d(x, size);
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
