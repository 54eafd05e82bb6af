package fathom.vision.layers;

import fathom.nn.Layer;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, a norm and an activation, each of the latter two optional: torchvision's {@code Conv2dNormActivation}.
 * {@code [N, in, H, W]} becomes {@code [N, out, oH, oW]}. The children are {@code 0}, {@code 1} and {@code 2}.
 *
 * {@snippet :
 * var depthwise = new Conv2dNormActivation(64, 64, 5, o -> o.stride(2).groups(64).activation(Hardswish::new));
 * var projection = new Conv2dNormActivation(64, 24, 1, o -> o.activation(null));
 * }
 */
public final class Conv2dNormActivation extends Sequential {
    /** With a kernel of {@code kernelSize} rows and columns, stride 1, batch norm and ReLU. */
    public Conv2dNormActivation(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, o -> {});
    }

    /** With a kernel of {@code kernelSize} rows and columns, with options. */
    public Conv2dNormActivation(int inChannels, int outChannels, int kernelSize, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        int padding = o.padding == null ? (kernelSize - 1) / 2 * o.dilation : o.padding;
        boolean bias = o.bias == null ? o.norm == null : o.bias;
        add(
                new Conv2d(
                        inChannels,
                        outChannels,
                        kernelSize,
                        c -> c.stride(o.stride).padding(padding).dilation(o.dilation).groups(o.groups).bias(bias)));
        if (o.norm != null) {
            add(o.norm.apply(outChannels));
        }
        if (o.activation != null) {
            add(o.activation.get());
        }
    }

    /** Options of {@link Conv2dNormActivation}; torchvision's defaults. */
    public static final class Options {
        private int stride = 1;
        private @Nullable Integer padding;
        private int dilation = 1;
        private int groups = 1;
        private @Nullable Boolean bias;
        private @Nullable IntFunction<? extends Layer> norm = BatchNorm2d::new;
        private @Nullable Supplier<? extends Layer> activation = ReLU::new;

        private Options() {}

        /** The stride of the convolution; 1 unless set. */
        public Options stride(int stride) {
            this.stride = stride;
            return this;
        }

        /** The padding on each side; unless set, {@code (kernelSize - 1) / 2 * dilation}: "same" for odd kernels. */
        public Options padding(int padding) {
            this.padding = padding;
            return this;
        }

        /** The distance between the kernel's elements; 1 unless set. */
        public Options dilation(int dilation) {
            this.dilation = dilation;
            return this;
        }

        /** The number of groups of channels; 1 unless set. */
        public Options groups(int groups) {
            this.groups = groups;
            return this;
        }

        /** Whether the convolution has a bias; unless set, it has one if there is no norm. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }

        /** Creates the norm for a number of channels; batch norm unless set; null for none. */
        public Options norm(@Nullable IntFunction<? extends Layer> norm) {
            this.norm = norm;
            return this;
        }

        /** Creates the activation; ReLU unless set; null for none. */
        public Options activation(@Nullable Supplier<? extends Layer> activation) {
            this.activation = activation;
            return this;
        }
    }
}
