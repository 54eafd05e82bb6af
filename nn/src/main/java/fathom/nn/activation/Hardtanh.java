package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x clamped to [minVal, maxVal]. */
public final class Hardtanh extends BuiltInLayer {
    private final double minVal;
    private final double maxVal;

    /** With PyTorch's defaults: minVal -1.0, maxVal 1.0. */
    public Hardtanh() {
        this(-1.0, 1.0);
    }

    /**
     * With the given {@code minVal} and {@code maxVal}.
     *
     * @param minVal the lower bound
     * @param maxVal the upper bound
     */
    public Hardtanh(double minVal, double maxVal) {
        if (!(minVal < maxVal)) {
            throw new IllegalArgumentException("Hardtanh: minVal %s is not below maxVal %s".formatted(minVal, maxVal));
        }
        this.minVal = minVal;
        this.maxVal = maxVal;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.hardtanh(minVal, maxVal);
    }

    @Override
    protected String extraRepr() {
        return "min_val=%s, max_val=%s".formatted(Reprs.number(minVal), Reprs.number(maxVal));
    }
}
