package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvLayerOptions;
import fathom.nn.norm.BatchNorm2d;
import java.util.function.Consumer;

/** A convolution without bias, batch norm with an epsilon of 0.001, and ReLU: the unit of the Inception networks. */
final class BasicConv2d extends Layer {
    private final Conv2d conv;
    private final BatchNorm2d bn;

    BasicConv2d(int in, int out, int kernel) {
        this(in, out, kernel, c -> {});
    }

    BasicConv2d(int in, int out, int kernel, Consumer<ConvLayerOptions> options) {
        this(in, out, new int[] {kernel, kernel}, options);
    }

    BasicConv2d(int in, int out, int[] kernel, Consumer<ConvLayerOptions> options) {
        conv = new Conv2d(in, out, kernel, options.andThen(c -> c.bias(false)));
        bn = new BatchNorm2d(out, o -> o.eps(0.001));
    }

    @Override
    public Tensor forward(Tensor x) {
        return bn.call(conv.call(x)).relu();
    }
}
