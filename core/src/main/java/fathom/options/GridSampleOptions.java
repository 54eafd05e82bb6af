package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Settings of {@link Tensors#gridSample(Tensor, Tensor, GridSampleOptions)}. */
public final class GridSampleOptions {
    /** How values between pixels are found. */
    public enum Mode {
        /** A weighted mean of the two nearest along each axis. */
        BILINEAR,
        /** The nearest pixel's. */
        NEAREST,
        /** Cubic convolution over the four nearest along each axis, of images. */
        BICUBIC
    }

    /** What stands outside of the input. */
    public enum PaddingMode {
        /** Zeros. */
        ZEROS,
        /** The pixel at the border. */
        BORDER,
        /** The input, mirrored at its border. */
        REFLECTION
    }

    private Mode mode = Mode.BILINEAR;
    private PaddingMode paddingMode = PaddingMode.ZEROS;
    private boolean alignCorners;

    /** PyTorch's defaults. */
    public GridSampleOptions() {}

    /** How values between pixels are found; BILINEAR unless set. */
    public GridSampleOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /** What stands outside of the input; zeros unless set. */
    public GridSampleOptions paddingMode(PaddingMode paddingMode) {
        this.paddingMode = paddingMode;
        return this;
    }

    /** Whether -1 and 1 are the centres of the first and last pixels, not their outer edges; not unless set. */
    public GridSampleOptions alignCorners(boolean alignCorners) {
        this.alignCorners = alignCorners;
        return this;
    }

    /** {@return how values between pixels are found} */
    public Mode mode() {
        return mode;
    }

    /** {@return what stands outside of the input} */
    public PaddingMode paddingMode() {
        return paddingMode;
    }

    /** {@return whether -1 and 1 are the centres of the first and last pixels} */
    public boolean alignCorners() {
        return alignCorners;
    }
}
