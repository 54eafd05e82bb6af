package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;

/**
 * Transposed convolution: {@code [N, C, H, W]} becomes {@code [N, O, oH, oW]}, larger where the stride is more than 1.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/transposed-conv.html">Dive into Deep Learning, Transposed
 *     Convolution</a>
 */
public final class ConvTranspose2d extends ConvLayer {
    /** Of {@code kernelSize} rows and columns. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** Of {@code kernelSize} rows and columns, with options: {@code c -> c.stride(2).padding(1)}. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(inChannels, outChannels, square(kernelSize), true, options);
    }

    /** Of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns. */
    public ConvTranspose2d(int inChannels, int outChannels, int[] kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** Of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public ConvTranspose2d(int inChannels, int outChannels, int[] kernelSize, Consumer<ConvLayerOptions> options) {
        super(inChannels, outChannels, rowsAndColumns(kernelSize), true, options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.convTranspose2d(padded(x), weight, bias, settings());
    }
}
