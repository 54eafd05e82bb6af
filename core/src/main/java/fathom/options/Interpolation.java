package fathom.options;

/** How a quantile that lies between two elements is taken: PyTorch's {@code interpolation}. */
public enum Interpolation {
    /** On the line between both. */
    LINEAR,
    /** The lesser one. */
    LOWER,
    /** The greater one. */
    HIGHER,
    /** Halfway between both. */
    MIDPOINT,
    /** The nearer one; of equally near ones that at an even place. */
    NEAREST
}
