package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/**
 * {@code x Phi(x)}, with the cumulative distribution function Phi of the standard normal distribution (Hendrycks and
 * Gimpel, 2016).
 */
public final class GELU extends BuiltInLayer {
    private final Approximation approximation;

    /** How Phi is computed. */
    public enum Approximation {
        /** Exactly, with the error function. */
        NONE,
        /** By an approximation with tanh, as in GPT-2. */
        TANH
    }

    /** The exact one. */
    public GELU() {
        this(Approximation.NONE);
    }

    /** The exact one or its approximation. */
    public GELU(Approximation approximation) {
        this.approximation = approximation;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return approximation == Approximation.TANH ? x.geluTanh() : x.gelu();
    }

    @Override
    protected String extraRepr() {
        return "approximate='%s'".formatted(approximation == Approximation.TANH ? "tanh" : "none");
    }
}
