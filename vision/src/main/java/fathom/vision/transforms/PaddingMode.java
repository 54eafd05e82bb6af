package fathom.vision.transforms;

/** The pixels around a padded image. */
public enum PaddingMode {
    /** A constant. */
    CONSTANT,
    /** The pixels of the edge, repeated. */
    EDGE,
    /** The image reflected at the pixels of its edge, which are not repeated. */
    REFLECT,
    /** The image reflected at its edge. */
    SYMMETRIC
}
