package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/** The averages of nearly equal parts of a sequence: {@code [N, C, L]} becomes {@code [N, C, size]}. */
public final class AdaptiveAvgPool1d extends BuiltInLayer {
    private final long size;

    /** So many parts. */
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
