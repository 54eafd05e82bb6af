package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;

/** The maxima of nearly equal parts of a sequence: {@code [N, C, L]} becomes {@code [N, C, size]}. */
public final class AdaptiveMaxPool1d extends BuiltInLayer {
    private final long size;

    /** So many parts. */
    public AdaptiveMaxPool1d(long size) {
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveMaxPool1d(x, size);
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
