package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Three-dimensional transposed convolution: {@code [N, C, D, H, W]} becomes {@code [N, O, oD, oH, oW]}, larger where
 * the stride exceeds 1.
 */
public final class ConvTranspose3d extends ConvTransposeLayer {
    /** With a kernel of {@code kernelSize} planes, rows and columns. */
    public ConvTranspose3d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /**
     * With a kernel of {@code kernelSize} planes, rows and columns, with options: {@code c -> c.stride(2).padding(1)}.
     */
    public ConvTranspose3d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(3, inChannels, outChannels, new int[] {kernelSize}, options);
    }

    /** With a kernel of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns. */
    public ConvTranspose3d(int inChannels, int outChannels, int[] kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /**
     * With a kernel of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns, with
     * options.
     */
    public ConvTranspose3d(int inChannels, int outChannels, int[] kernelSize, Consumer<ConvLayerOptions> options) {
        super(3, inChannels, outChannels, kernelSize, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.convTranspose3d(x, weight, bias, settings);
    }
}
