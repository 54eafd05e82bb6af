package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Three-dimensional cross-correlation: {@code [N, C, D, H, W]} becomes {@code [N, O, oD, oH, oW]}. */
public final class Conv3d extends ConvLayer {
    /** With a kernel of {@code kernelSize} planes, rows and columns. */
    public Conv3d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /**
     * With a kernel of {@code kernelSize} planes, rows and columns, with options: {@code c -> c.stride(2).padding(1)}.
     */
    public Conv3d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(3, inChannels, outChannels, new int[] {kernelSize}, false, options);
    }

    /** With a kernel of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns. */
    public Conv3d(int inChannels, int outChannels, int[] kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /**
     * With a kernel of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns, with
     * options.
     */
    public Conv3d(int inChannels, int outChannels, int[] kernelSize, Consumer<ConvLayerOptions> options) {
        super(3, inChannels, outChannels, kernelSize, false, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.conv3d(x, weight, bias, settings);
    }
}
