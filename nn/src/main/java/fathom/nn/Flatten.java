package fathom.nn;

import fathom.Tensor;
import java.util.Locale;

/** Flattens several dimensions into one: {@code [N, C, H, W]} becomes {@code [N, C H W]}. */
public final class Flatten extends BuiltInLayer {
    private final int startDim;
    private final int endDim;

    /** All dimensions but the first. */
    public Flatten() {
        this(1, -1);
    }

    /** Dimensions {@code startDim} to {@code endDim}, both included. */
    public Flatten(int startDim, int endDim) {
        this.startDim = startDim;
        this.endDim = endDim;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.flatten(startDim, endDim);
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "start_dim=%d, end_dim=%d", startDim, endDim);
    }
}
