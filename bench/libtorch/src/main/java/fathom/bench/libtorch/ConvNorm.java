package fathom.bench.libtorch;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A convolution without bias, which keeps the size up to its stride, batch norm, and an activation in place. */
final class ConvNorm extends Net {
    /** What follows batch norm. */
    enum Activation {
        NONE,
        RELU,
        RELU6,
        SILU
    }

    private static final Scalar ZERO = new Scalar(0);
    private static final Scalar SIX = new Scalar(6);

    private final Conv2dImpl conv;
    private final BatchNorm2dImpl bn;
    private final Activation activation;

    ConvNorm(int in, int out, int kernel, int stride, int groups, Activation activation) {
        conv = add(convolution(in, out, kernel, stride, groups, false));
        bn = add(new BatchNorm2dImpl(new BatchNormOptions(out)));
        this.activation = activation;
    }

    static Conv2dImpl convolution(int in, int out, int kernel, int stride, int groups, boolean bias) {
        return convolution(in, out, kernel, stride, (kernel - 1) / 2, groups, bias);
    }

    static Conv2dImpl convolution(int in, int out, int kernel, int stride, int padding, int groups, boolean bias) {
        var options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
        options.stride().put(new long[] {stride, stride});
        options.padding().put(new LongPointer(padding, padding));
        options.groups().put(groups);
        options.bias().put(bias);
        return new Conv2dImpl(options);
    }

    @Override
    Tensor forward(Tensor x) {
        Tensor y = then(conv.forward(x), bn::forward);
        switch (activation) {
            case NONE -> {}
            case RELU -> torch.relu_(y);
            case RELU6 -> torch.hardtanh_(y, ZERO, SIX);
            case SILU -> torch.silu_(y);
        }
        return y;
    }
}
