package fathom.vision.transforms;

/** The interpolation between pixels. */
public enum InterpolationMode {
    /** The nearest pixel. */
    NEAREST,
    /** Linear interpolation along each axis. */
    BILINEAR,
    /** Cubic interpolation along each axis. */
    BICUBIC
}
