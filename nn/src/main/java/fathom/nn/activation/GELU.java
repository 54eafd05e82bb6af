package fathom.nn.activation;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;

/** x times the normal distribution's cumulative function of x (Hendrycks and Gimpel, 2016). */
public final class GELU extends BuiltInLayer {
    private final Approximation approximation;

    /** How it is computed. */
    public enum Approximation {
        /** Exactly, with the error function. */
        NONE,
        /** With tanh, as GPT-2 has it. */
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
