package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution: {@code [N, C, H, W]} becomes {@code [N, O, oH, oW]}, larger where the stride exceeds 1.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/transposed-conv.html">Dive into Deep Learning, Transposed
 *     Convolution</a>
 */
public final class ConvTranspose2d extends ConvTransposeLayer {
    /** With a kernel of {@code kernelSize} rows and columns. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize} rows and columns, with options: {@code c -> c.stride(2).padding(1)}. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(2, inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /** With a kernel of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns. */
    public ConvTranspose2d(int inChannels, int outChannels, int[] kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public ConvTranspose2d(int inChannels, int outChannels, int[] kernelSize, Consumer<ConvLayerOptions> options) {
        super(2, inChannels, outChannels, kernelSize, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.convTranspose2d(x, weight, bias, settings);
    }
}
