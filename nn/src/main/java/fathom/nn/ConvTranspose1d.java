package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;

/** Transposed convolution along a sequence: {@code [N, C, L]} becomes {@code [N, O, oL]}. */
public final class ConvTranspose1d extends ConvLayer {
    /** Of {@code kernelSize} elements. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** Of {@code kernelSize} elements, with options: {@code c -> c.stride(2).padding(1)}. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(inChannels, outChannels, new int[] {kernelSize}, true, options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.convTranspose1d(padded(x), weight, bias, settings());
    }
}
