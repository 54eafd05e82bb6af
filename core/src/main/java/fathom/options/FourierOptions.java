package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Options of {@link Tensors#rfftAsReal(Tensor)} and the other Fourier transforms. */
public final class FourierOptions {
    private long n = -1;
    private int dim = -1;
    private String norm = "backward";

    /** PyTorch's defaults. */
    public FourierOptions() {}

    /**
     * The length of the signal, positive: longer input is truncated, shorter is zero-padded. Default: the input's; for
     * {@code irfftAsReal}, 2 (m - 1) with m frequencies.
     */
    public FourierOptions n(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("Fourier transform: n must be positive, not " + n);
        }
        this.n = n;
        return this;
    }

    /** The dimension to transform; for complex tensors counted without that of the pairs. Default: the last. */
    public FourierOptions dim(int dim) {
        this.dim = dim;
        return this;
    }

    /**
     * Which transforms are divided by n: {@code backward} (the default), the inverse ones; {@code forward}, the forward
     * ones; {@code ortho}, both by its square root.
     */
    public FourierOptions norm(String norm) {
        if (!norm.equals("backward") && !norm.equals("forward") && !norm.equals("ortho")) {
            throw new IllegalArgumentException(
                    "Fourier transform: norm must be backward, forward or ortho, not " + norm);
        }
        this.norm = norm;
        return this;
    }

    /** {@return the length of the signal, or {@code unset} if it was not set} */
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
