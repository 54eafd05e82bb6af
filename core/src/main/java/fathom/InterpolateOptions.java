package fathom;

import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#interpolate(Tensor, java.util.function.Consumer)}: a size, or factors. */
public final class InterpolateOptions {
    /** How values between pixels are found. */
    public enum Mode {
        /** The nearest pixel's. */
        NEAREST,
        /** A weighted mean of the two nearest along each axis. */
        LINEAR
    }

    private long[] size = {};
    private double[] scale = {};
    private Mode mode = Mode.NEAREST;
    private @Nullable Boolean alignCorners;

    /** PyTorch's defaults. */
    public InterpolateOptions() {}

    /** The result's extents after batch and channels; one number stands for all. */
    public InterpolateOptions size(long... size) {
        this.size = size.clone();
        return this;
    }

    /** The factors of the extents after batch and channels; one number stands for all. */
    public InterpolateOptions scaleFactor(double... scale) {
        this.scale = scale.clone();
        return this;
    }

    /** How values between pixels are found; the nearest pixel's unless set. */
    public InterpolateOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /** Whether the corners' pixel centres fall on each other, for LINEAR; otherwise the corners themselves do. */
    public InterpolateOptions alignCorners(boolean alignCorners) {
        this.alignCorners = alignCorners;
        return this;
    }

    /** {@return the extents asked for; empty if factors were} */
    public long[] size() {
        return size.clone();
    }

    /** {@return the factors asked for; empty if extents were} */
    public double[] scaleFactor() {
        return scale.clone();
    }

    /** {@return how values between pixels are found} */
    public Mode mode() {
        return mode;
    }

    /** {@return whether the corners' pixel centres fall on each other} */
    public boolean alignCorners() {
        return alignCorners != null && alignCorners;
    }

    /** {@return whether anything was said about corners, which has a meaning for LINEAR only} */
    boolean isAlignCornersTold() {
        return alignCorners != null;
    }
}
