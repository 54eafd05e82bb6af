package fathom.train;

/** The type of numbers that a network computes with while it is trained. */
public enum Precision {
    /** Single precision throughout. */
    FLOAT32,
    /** Products and convolutions in bfloat16, parameters and sums in single precision. */
    BFLOAT16
}
