package fathom.options;

/** The interpolation of a quantile that lies between two elements: PyTorch's {@code interpolation}. */
public enum Interpolation {
    /** Linear interpolation. */
    LINEAR,
    /** The smaller one. */
    LOWER,
    /** The larger one. */
    HIGHER,
    /** Their midpoint. */
    MIDPOINT,
    /** The nearer one; a tie goes to the even index. */
    NEAREST
}
