package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#interpolate(Tensor, java.util.function.Consumer)}: a size, or factors. */
public final class InterpolateOptions {
    /** How values between pixels are found. */
    public enum Mode {
        /** The pixel before, PyTorch's {@code nearest}. */
        NEAREST("nearest"),
        /** The pixel whose centre is nearest, PyTorch's {@code nearest-exact}. */
        NEAREST_EXACT("nearest-exact"),
        /** A weighted mean of the two nearest along each axis, of any number of axes. */
        LINEAR("linear"),
        /** {@link #LINEAR}, of images. */
        BILINEAR("bilinear"),
        /** {@link #LINEAR}, of volumes. */
        TRILINEAR("trilinear"),
        /** Cubic convolution over the four nearest along each axis, of images. */
        BICUBIC("bicubic"),
        /** The mean of each of nearly equal parts, as in {@link Tensors#adaptiveAvgPool2d(Tensor, long, long)}. */
        AREA("area");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        /** {@return PyTorch's name} */
        @Override
        public String toString() {
            return text;
        }
    }

    private long[] size = {};
    private double[] scale = {};
    private Mode mode = Mode.NEAREST;
    private @Nullable Boolean alignCorners;
    private boolean recomputeScaleFactor;
    private boolean antialias;

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

    /**
     * Whether the corners' pixel centres fall on each other; otherwise the corners themselves do. Of the linear and
     * cubic modes only.
     */
    public InterpolateOptions alignCorners(boolean alignCorners) {
        this.alignCorners = alignCorners;
        return this;
    }

    /**
     * Whether positions follow from the extents that the factors give, rounded down, and not from the factors; not
     * unless set.
     */
    public InterpolateOptions recomputeScaleFactor(boolean recompute) {
        this.recomputeScaleFactor = recompute;
        return this;
    }

    /** Whether the weights are widened where images become smaller, for BILINEAR and BICUBIC; not unless set. */
    public InterpolateOptions antialias(boolean antialias) {
        this.antialias = antialias;
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

    /** {@return whether {@link #alignCorners(boolean)} was called} */
    public boolean isAlignCornersSet() {
        return alignCorners != null;
    }

    /** {@return whether positions follow from the extents that the factors give} */
    public boolean recomputeScaleFactor() {
        return recomputeScaleFactor;
    }

    /** {@return whether the weights are widened where images become smaller} */
    public boolean antialias() {
        return antialias;
    }
}
