package fathom.nn.conv;

import fathom.Tensor;
import fathom.functional.ConvOptions;
import fathom.nn.FailedLayer;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/** Base class of transposed convolutions, whose output size can be requested. */
public abstract class ConvTransposeLayer extends ConvLayer {
    ConvTransposeLayer(int rank, int inChannels, int outChannels, int[] kernel, Consumer<ConvLayerOptions> options) {
        super(rank, inChannels, outChannels, kernel, true, options);
    }

    /**
     * {@return the result for one input, with the requested output size}
     *
     * <p>A strided convolution maps inputs of several sizes to one size, so the size of its transpose is ambiguous;
     * {@code outputPadding} is chosen to fit.
     *
     * @param outputSize the result's spatial extents
     * @throws IllegalArgumentException if no output padding gives this size
     */
    public final Tensor forward(Tensor x, long... outputSize) {
        try {
            return hooked(x, convolved(x, weight, bias, sized(x, outputSize)));
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    private ConvOptions sized(Tensor x, long[] outputSize) {
        int rank = rank();
        if (outputSize.length != rank || x.dim() <= rank) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: outputSize: expected %d numbers, got %s, for input %s",
                            reprName(),
                            rank,
                            Arrays.toString(outputSize),
                            x.shape()));
        }
        int[] strides = options().strides(rank);
        int[] dilations = options().dilations(rank);
        var kernel = Arrays.copyOfRange(weight.shape().dims(), 2, 2 + rank);
        int[][] paddings = options().paddings(kernel);
        var more = new int[rank];
        for (int i = 0; i < rank; i++) {
            long in = x.size(x.dim() - rank + i);
            long least = (in - 1) * strides[i] - paddings[0][i] - paddings[1][i] + dilations[i] * (kernel[i] - 1) + 1;
            if (outputSize[i] < least || outputSize[i] > least + strides[i] - 1) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: outputSize %s of input %s: along dimension %d it may be from %d to %d",
                                reprName(),
                                Arrays.toString(outputSize),
                                x.shape(),
                                x.dim() - rank + i,
                                least,
                                least + strides[i] - 1));
            }
            more[i] = (int) (outputSize[i] - least);
        }
        return new ConvOptions()
                .stride(strides)
                .padding(paddings[0], paddings[1])
                .dilation(dilations)
                .outputPadding(more)
                .groups(options().groups());
    }

    @Override
    protected long multiplyAdds(Tensor x, Tensor y) {
        return x.numel() * (weight.numel() / weight.size(0));
    }
}
