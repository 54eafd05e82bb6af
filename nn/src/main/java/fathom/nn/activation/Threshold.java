package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x above a threshold, else a value. */
public final class Threshold extends BuiltInLayer {
    private final double threshold;
    private final double value;

    /**
     * The activation with these settings.
     *
     * @param threshold x above it stays
     * @param value the result elsewhere
     */
    public Threshold(double threshold, double value) {
        this.threshold = threshold;
        this.value = value;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.threshold(threshold, value);
    }

    @Override
    protected String extraRepr() {
        return "threshold=%s, value=%s".formatted(Reprs.wholeOrNumber(threshold), Reprs.wholeOrNumber(value));
    }
}
