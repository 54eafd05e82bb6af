package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Settings of {@link Tensors#rfftAsReal(Tensor)} and its kin. */
public final class FourierOptions {
    private long n = -1;
    private int dim = -1;
    private String norm = "backward";

    /** PyTorch's defaults. */
    public FourierOptions() {}

    /**
     * Points of the signal, positive: what is longer is cut at the end, what is shorter is filled with zeros. By
     * default all; of {@code irfftAsReal} 2 (m - 1) for m frequencies.
     */
    public FourierOptions n(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("Fourier transform: n must be positive, not " + n);
        }
        this.n = n;
        return this;
    }

    /** The dimension to transform; of complex tensors counted without that of the pairs. The last unless set. */
    public FourierOptions dim(int dim) {
        this.dim = dim;
        return this;
    }

    /**
     * What is divided by n: {@code backward} (the default), the inverse transforms; {@code forward}, the forward ones;
     * {@code ortho}, both by its root.
     */
    public FourierOptions norm(String norm) {
        if (!norm.equals("backward") && !norm.equals("forward") && !norm.equals("ortho")) {
            throw new IllegalArgumentException(
                    "Fourier transform: norm must be backward, forward or ortho, not " + norm);
        }
        this.norm = norm;
        return this;
    }

    /** {@return the number of points of the signal, {@code unset} unless it was set} */
    public long pointsOr(long unset) {
        return n < 0 ? unset : n;
    }

    public int dim() {
        return dim;
    }

    public double scale(boolean forward, long points) {
        return switch (norm) {
            case "ortho" -> 1 / Math.sqrt(points);
            case "forward" -> forward ? 1.0 / points : 1;
            default -> forward ? 1 : 1.0 / points;
        };
    }
}
