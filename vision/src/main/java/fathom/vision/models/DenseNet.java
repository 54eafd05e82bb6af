package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.LoadOptions;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Densely connected networks (Huang, Liu, van der Maaten and Weinberger, 2017; DenseNet-BC) in torchvision's layout:
 * each layer sees the outputs of all earlier ones in its block. {@code [N, 3, 224, 224]} becomes {@code [N, 1000]};
 * images of at least 29 x 29 pixels.
 *
 * <p>The course's network is {@link CourseDenseNet}.
 */
public final class DenseNet extends ImageClassifier<DenseNet> {
    /** The channels between the two convolutions of a layer, in multiples of the growth rate. */
    private static final int BOTTLENECK = 4;

    /** The spelling {@code denselayer1.norm.1.weight} in torchvision's published files, {@code norm1} elsewhere. */
    private static final Pattern OLD_NAME = Pattern.compile("(denselayer\\d+\\.(?:norm|conv))\\.([12]\\.)");

    /** The blocks: {@code [N, 3, H, W]} to {@code [N, C, H/32, W/32]}. */
    public final Sequential features;

    /** The head, from {@code [N, C]} to logits; may be replaced. */
    public Layer classifier;

    private DenseNet(int growth, int[] blocks, int first, Options o) {
        super("classifier");
        features =
                new Sequential()
                        .add("conv0", new Conv2d(o.channels(), first, 7, c -> c.stride(2).padding(3).bias(false)))
                        .add("norm0", new BatchNorm2d(first))
                        .add("relu0", new ReLU())
                        .add("pool0", new MaxPool2d(3, p -> p.stride(2).padding(1)));
        int channels = first;
        for (int i = 1; i <= blocks.length; i++) {
            features.add("denseblock" + i, new DenseBlock(blocks[i - 1], channels, growth, o.dropout()));
            channels += blocks[i - 1] * growth;
            if (i < blocks.length) {
                features.add("transition" + i, new Transition(channels, channels / 2));
                channels /= 2;
            }
        }
        features.add("norm5", new BatchNorm2d(channels));
        var linear = new Linear(channels, o.classes());
        classifier = linear;
        apply(block -> {
            if (block instanceof Conv2d c) {
                Init.kaimingNormal_(c.weight);
            }
        });
        if (linear.bias != null) {
            Init.zeros_(linear.bias);
        }
    }

    /** {@code [N, in, H, W]} becomes {@code [N, in + layers * growth, H, W]}. */
    private static final class DenseBlock extends Sequential {
        DenseBlock(int layers, int in, int growth, double dropout) {
            for (int i = 0; i < layers; i++) {
                add("denselayer" + (i + 1), new DenseLayer(in + i * growth, growth, dropout));
            }
        }

        @Override
        protected Tensor compute(Tensor x) {
            Tensor all = x;
            for (Layer layer : this) {
                all = Tensors.cat(List.of(all, layer.call(all)), 1);
            }
            return all;
        }
    }

    /** {@code [N, in, H, W]} becomes {@code [N, growth, H, W]}, through a bottleneck of 4 growth channels. */
    private static final class DenseLayer extends Layer {
        private final BatchNorm2d norm1;
        private final ReLU relu1 = new ReLU();
        private final Conv2d conv1;
        private final BatchNorm2d norm2;
        private final ReLU relu2 = new ReLU();
        private final Conv2d conv2;
        private final double dropout;

        DenseLayer(int in, int growth, double dropout) {
            int width = BOTTLENECK * growth;
            norm1 = new BatchNorm2d(in);
            conv1 = new Conv2d(in, width, 1, c -> c.bias(false));
            norm2 = new BatchNorm2d(width);
            conv2 = new Conv2d(width, growth, 3, c -> c.padding(1).bias(false));
            this.dropout = dropout;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = conv1.call(relu1.call(norm1.call(x)));
            y = conv2.call(relu2.call(norm2.call(y)));
            return dropout > 0 ? Tensors.dropout(y, dropout, isTraining()) : y;
        }
    }

    /** Between blocks: {@code [N, in, H, W]} becomes {@code [N, out, H/2, W/2]}. */
    private static final class Transition extends Sequential {
        Transition(int in, int out) {
            add("norm", new BatchNorm2d(in));
            add("relu", new ReLU());
            add("conv", new Conv2d(in, out, 1, c -> c.bias(false)));
            add("pool", new AvgPool2d(2, p -> p.stride(2)));
        }
    }

    /** Options of DenseNet; torchvision's defaults, for ImageNet, without dropout. */
    public static final class Options extends ClassifierOptions<Options> {
        private Options() {
            super(0);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.call(Tensors.adaptiveAvgPool2d(features.call(x).relu(), 1, 1).flatten(1));
    }

    /** As for any block; names are also accepted in the older spelling of torchvision's published files. */
    @Override
    public LoadReport loadStateDict(StateDict state, Consumer<LoadOptions> options) {
        return super.loadStateDict(
                state,
                o -> {
                    options.accept(o);
                    o.rename(name -> OLD_NAME.matcher(name).replaceFirst("$1$2"));
                });
    }

    private static DenseNet make(int growth, int[] blocks, int first, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new DenseNet(growth, blocks, first, o);
    }

    /** {@return 121 layers: 7,978,856 parameters, 2.834 billion multiply-adds per image} */
    public static DenseNet densenet121() {
        return densenet121(o -> {});
    }

    /** {@return 121 layers, with options} */
    public static DenseNet densenet121(Consumer<? super Options> options) {
        return make(32, new int[] {6, 12, 24, 16}, 64, options);
    }

    /** {@return 161 layers: 28,681,000 parameters, 7.728 billion multiply-adds per image} */
    public static DenseNet densenet161() {
        return densenet161(o -> {});
    }

    /** {@return 161 layers, with options} */
    public static DenseNet densenet161(Consumer<? super Options> options) {
        return make(48, new int[] {6, 12, 36, 24}, 96, options);
    }

    /** {@return 169 layers: 14,149,480 parameters, 3.360 billion multiply-adds per image} */
    public static DenseNet densenet169() {
        return densenet169(o -> {});
    }

    /** {@return 169 layers, with options} */
    public static DenseNet densenet169(Consumer<? super Options> options) {
        return make(32, new int[] {6, 12, 32, 32}, 64, options);
    }

    /** {@return 201 layers: 20,013,928 parameters, 4.291 billion multiply-adds per image} */
    public static DenseNet densenet201() {
        return densenet201(o -> {});
    }

    /** {@return 201 layers, with options} */
    public static DenseNet densenet201(Consumer<? super Options> options) {
        return make(32, new int[] {6, 12, 48, 32}, 64, options);
    }
}
