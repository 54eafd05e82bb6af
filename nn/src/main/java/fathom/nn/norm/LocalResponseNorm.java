package fathom.nn.norm;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.Locale;

/**
 * Local response normalisation across neighbouring channels (Krizhevsky et al., 2012): {@code [N, C, ...]} keeps its
 * shape.
 */
public final class LocalResponseNorm extends BuiltInLayer {
    private final int size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** Over {@code size} channels, with alpha 1e-4, beta 0.75, k 1. */
    public LocalResponseNorm(int size) {
        this(size, 1e-4, 0.75, 1);
    }

    /** {@code x / (k + alpha m)^beta}, where m is the mean square of a window of {@code size} channels. */
    public LocalResponseNorm(int size, double alpha, double beta, double k) {
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.localResponseNorm(x, size, alpha, beta, k);
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "%d, alpha=%s, beta=%s, k=%s",
                size,
                Reprs.number(alpha),
                Reprs.number(beta),
                Reprs.number(k));
    }
}
