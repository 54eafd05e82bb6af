package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;

/** Options of {@link Tensors#unfold(Tensor, int)} and {@link Tensors#fold(Tensor, long[], int)}. */
public final class UnfoldOptions {
    private int[] dilation = {1, 1};
    private int[] padding = {0, 0};
    private int[] stride = {1, 1};

    /** PyTorch's defaults. */
    public UnfoldOptions() {}

    /** The dilation within windows, for both axes or for rows and columns. Default: 1. */
    public UnfoldOptions dilation(int... dilation) {
        this.dilation = AbstractConvOptions.pair("dilation", dilation, 1);
        return this;
    }

    /** The zero padding around the image, for both axes or for rows and columns. Default: 0. */
    public UnfoldOptions padding(int... padding) {
        this.padding = AbstractConvOptions.pair("padding", padding, 0);
        return this;
    }

    /** The stride between windows, for both axes or for rows and columns. Default: 1. */
    public UnfoldOptions stride(int... stride) {
        this.stride = AbstractConvOptions.pair("stride", stride, 1);
        return this;
    }

    /** {@return the dilation of rows and columns} */
    public int[] dilation() {
        return dilation.clone();
    }

    /** {@return the padding of rows and columns} */
    public int[] padding() {
        return padding.clone();
    }

    /** {@return the strides of rows and columns} */
    public int[] stride() {
        return stride.clone();
    }
}
