package fathom.options;

/** The values around a padded tensor. */
public enum PadMode {
    /** Zeros. */
    ZEROS,
    /** The tensor reflected at its first and last elements, which are not repeated. */
    REFLECT,
    /** The first and last elements, repeated. */
    REPLICATE,
    /** The opposite end of the tensor. */
    CIRCULAR
}
