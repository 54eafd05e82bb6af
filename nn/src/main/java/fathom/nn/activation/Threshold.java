package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/** x where it exceeds a threshold, else a constant. */
public final class Threshold extends BuiltInLayer {
    private final double threshold;
    private final double value;

    /**
     * With the given {@code threshold} and {@code value}.
     *
     * @param threshold x is kept above it
     * @param value the result at and below it
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
