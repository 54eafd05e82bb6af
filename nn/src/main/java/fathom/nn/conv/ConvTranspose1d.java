package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Transposed convolution along a sequence: {@code [N, C, L]} becomes {@code [N, O, oL]}. */
public final class ConvTranspose1d extends ConvTransposeLayer {
    /** With a kernel of {@code kernelSize} elements. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize} elements, with options: {@code c -> c.stride(2).padding(1)}. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(1, inChannels, outChannels, new int[] {kernelSize}, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.convTranspose1d(x, weight, bias, settings);
    }
}
