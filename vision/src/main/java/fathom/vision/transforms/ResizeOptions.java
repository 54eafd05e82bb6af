package fathom.vision.transforms;

/** Options of {@link Transforms#resize(int, java.util.function.Consumer)}. */
public final class ResizeOptions {
    InterpolationMode interpolation = InterpolationMode.BILINEAR;
    boolean antialias = true;
    int maxSize;

    ResizeOptions() {}

    /** The interpolation between pixels. Default: BILINEAR. */
    public ResizeOptions interpolation(InterpolationMode mode) {
        interpolation = mode;
        return this;
    }

    /**
     * Whether to widen the filter when shrinking, so that each pixel of the image counts. NEAREST does not. Default:
     * yes.
     */
    public ResizeOptions antialias(boolean antialias) {
        this.antialias = antialias;
        return this;
    }

    /**
     * The maximum length of the longer side, where the shorter side is given: the shorter side becomes smaller if the
     * longer one would exceed it. Default: none.
     */
    public ResizeOptions maxSize(int pixels) {
        Transforms.positive("maxSize", pixels);
        maxSize = pixels;
        return this;
    }
}
