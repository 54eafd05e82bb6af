package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x kept between two numbers. */
public final class Hardtanh extends BuiltInLayer {
    private final double minVal;
    private final double maxVal;

    /** As PyTorch's defaults: minVal -1.0, maxVal 1.0. */
    public Hardtanh() {
        this(-1.0, 1.0);
    }

    /**
     * The activation with these settings.
     *
     * @param minVal the least result
     * @param maxVal the greatest result
     */
    public Hardtanh(double minVal, double maxVal) {
        if (!(minVal < maxVal)) {
            throw new IllegalArgumentException(
                    "Hardtanh: the least result %s is not below the greatest %s".formatted(minVal, maxVal));
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
