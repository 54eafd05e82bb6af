package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#interpolate(Tensor, java.util.function.Consumer)}: a size, or scale factors. */
public final class InterpolateOptions {
    /** The interpolation between pixels. */
    public enum Mode {
        /** The pixel at the rounded-down position, PyTorch's {@code nearest}. */
        NEAREST("nearest"),
        /** The pixel whose centre is nearest, PyTorch's {@code nearest-exact}. */
        NEAREST_EXACT("nearest-exact"),
        /** Linear interpolation between the two nearest pixels along each axis, for any number of axes. */
        LINEAR("linear"),
        /** {@link #LINEAR}, for images. */
        BILINEAR("bilinear"),
        /** {@link #LINEAR}, for volumes. */
        TRILINEAR("trilinear"),
        /** Cubic convolution over the four nearest pixels along each axis, for images. */
        BICUBIC("bicubic"),
        /** The mean over nearly equal regions, as in {@link Tensors#adaptiveAvgPool2d(Tensor, long, long)}. */
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

    /** The spatial size of the result; one number applies to all axes. */
    public InterpolateOptions size(long... size) {
        this.size = size.clone();
        return this;
    }

    /** The scale factors of the spatial size; one number applies to all axes. */
    public InterpolateOptions scaleFactor(double... scale) {
        this.scale = scale.clone();
        return this;
    }

    /** The interpolation between pixels. Default: NEAREST. */
    public InterpolateOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /**
     * Whether to align the centres of the corner pixels rather than their outer corners; linear and cubic modes only.
     * Default: false.
     */
    public InterpolateOptions alignCorners(boolean alignCorners) {
        this.alignCorners = alignCorners;
        return this;
    }

    /**
     * Whether positions follow from the resulting size, rounded down, rather than from the scale factors. Default:
     * false.
     */
    public InterpolateOptions recomputeScaleFactor(boolean recompute) {
        this.recomputeScaleFactor = recompute;
        return this;
    }

    /** Whether to widen the filter when downscaling, for BILINEAR and BICUBIC. Default: false. */
    public InterpolateOptions antialias(boolean antialias) {
        this.antialias = antialias;
        return this;
    }

    /** {@return the requested spatial size; empty if scale factors were given} */
    public long[] size() {
        return size.clone();
    }

    /** {@return the requested scale factors; empty if a size was given} */
    public double[] scaleFactor() {
        return scale.clone();
    }

    /** {@return the interpolation between pixels} */
    public Mode mode() {
        return mode;
    }

    /** {@return whether the centres of the corner pixels are aligned} */
    public boolean alignCorners() {
        return alignCorners != null && alignCorners;
    }

    /** {@return whether {@link #alignCorners(boolean)} was called} */
    public boolean isAlignCornersSet() {
        return alignCorners != null;
    }

    /** {@return whether positions follow from the resulting size} */
    public boolean recomputeScaleFactor() {
        return recomputeScaleFactor;
    }

    /** {@return whether the filter is widened when downscaling} */
    public boolean antialias() {
        return antialias;
    }
}
