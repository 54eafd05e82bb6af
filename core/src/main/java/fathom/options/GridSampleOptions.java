package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Options of {@link Tensors#gridSample(Tensor, Tensor, GridSampleOptions)}. */
public final class GridSampleOptions {
    /** The interpolation between pixels. */
    public enum Mode {
        /** Linear interpolation between the two nearest pixels along each axis. */
        BILINEAR,
        /** The nearest pixel. */
        NEAREST,
        /** Cubic convolution over the four nearest pixels along each axis, for images. */
        BICUBIC
    }

    /** The values outside of the input. */
    public enum PaddingMode {
        /** Zeros. */
        ZEROS,
        /** The nearest border pixel. */
        BORDER,
        /** The input, reflected at its border. */
        REFLECTION
    }

    private Mode mode = Mode.BILINEAR;
    private PaddingMode paddingMode = PaddingMode.ZEROS;
    private boolean alignCorners;

    /** PyTorch's defaults. */
    public GridSampleOptions() {}

    /** The interpolation between pixels. Default: BILINEAR. */
    public GridSampleOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /** The values outside of the input. Default: ZEROS. */
    public GridSampleOptions paddingMode(PaddingMode paddingMode) {
        this.paddingMode = paddingMode;
        return this;
    }

    /** Whether -1 and 1 are the centres of the first and last pixels rather than their outer edges. Default: false. */
    public GridSampleOptions alignCorners(boolean alignCorners) {
        this.alignCorners = alignCorners;
        return this;
    }

    /** {@return the interpolation between pixels} */
    public Mode mode() {
        return mode;
    }

    /** {@return the values outside of the input} */
    public PaddingMode paddingMode() {
        return paddingMode;
    }

    /** {@return whether -1 and 1 are the centres of the first and last pixels} */
    public boolean alignCorners() {
        return alignCorners;
    }
}
