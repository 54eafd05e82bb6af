package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;

/** Settings of {@link Tensors#unfold(Tensor, int)} and {@link Tensors#fold(Tensor, long[], int)}. */
public final class UnfoldOptions {
    private int[] dilation = {1, 1};
    private int[] padding = {0, 0};
    private int[] stride = {1, 1};

    /** PyTorch's defaults. */
    public UnfoldOptions() {}

    /** Pixels from one of a window to the next, for both axes or for rows and columns; 1 unless set. */
    public UnfoldOptions dilation(int... dilation) {
        this.dilation = ConvSettings.pair("dilation", dilation, 1);
        return this;
    }

    /** Zeros around the image, for both axes or for rows and columns; 0 unless set. */
    public UnfoldOptions padding(int... padding) {
        this.padding = ConvSettings.pair("padding", padding, 0);
        return this;
    }

    /** Pixels from one window to the next, for both axes or for rows and columns; 1 unless set. */
    public UnfoldOptions stride(int... stride) {
        this.stride = ConvSettings.pair("stride", stride, 1);
        return this;
    }

    /** {@return dilation of rows and columns} */
    public int[] dilation() {
        return dilation.clone();
    }

    /** {@return padding of rows and columns} */
    public int[] padding() {
        return padding.clone();
    }

    /** {@return strides of rows and columns} */
    public int[] stride() {
        return stride.clone();
    }
}
