package fathom.options;

/** What stands around a padded tensor. */
public enum PadMode {
    /** Zeros. */
    ZEROS,
    /** The tensor mirrored at its first and last elements, which are not repeated. */
    REFLECT,
    /** The first and last elements, repeated. */
    REPLICATE,
    /** The other end of the tensor. */
    CIRCULAR
}
