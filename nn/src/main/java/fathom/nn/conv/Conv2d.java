package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional cross-correlation: {@code [N, C, H, W]} becomes {@code [N, O, oH, oW]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html">Dive into Deep Learning,
 *     Convolutions for Images</a>
 */
public final class Conv2d extends ConvLayer {
    /** With a kernel of {@code kernelSize} rows and columns. */
    public Conv2d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize} rows and columns, with options: {@code c -> c.stride(2).padding(1)}. */
    public Conv2d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(2, inChannels, outChannels, new int[] {kernelSize}, false, options);
    }

    /** With a kernel of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns. */
    public Conv2d(int inChannels, int outChannels, int[] kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public Conv2d(int inChannels, int outChannels, int[] kernelSize, Consumer<ConvLayerOptions> options) {
        super(2, inChannels, outChannels, kernelSize, false, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.conv2d(x, weight, bias, settings);
    }
}
