package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.SiLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.vision.layers.Conv2dNormActivation;
import fathom.vision.layers.SqueezeExcitation;
import fathom.vision.layers.StochasticDepth;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * EfficientNets (Tan and Le, 2019 and 2021) in torchvision's layout: parameters have the same names and shapes, so its
 * weight files load as they are. Inverted bottlenecks with squeeze and excitation, whose numbers of layers and channels
 * grow together from B0 to B3; in EfficientNetV2 the first stages have one 3 x 3 convolution instead of a 1 x 1 and a
 * depthwise one. {@code [N, 3, H, W]} becomes {@code [N, 1000]}.
 *
 * @see <a href="https://arxiv.org/abs/1905.11946">EfficientNet: Rethinking Model Scaling for Convolutional Neural
 *     Networks</a>
 * @see <a href="https://arxiv.org/abs/2104.00298">EfficientNetV2: Smaller Models and Faster Training</a>
 */
public final class EfficientNet extends ImageClassifier<EfficientNet> {
    /**
     * One stage, a row of the papers' tables.
     *
     * @param fused whether blocks have one 3 x 3 convolution for expansion and space, and no squeeze and excitation
     * @param expand the channels inside a block for each of its input
     * @param kernel the side of the kernels
     * @param stride the stride of the first block
     * @param in the channels of its input
     * @param out the channels of its output
     * @param layers the number of blocks
     */
    private record Stage(boolean fused, int expand, int kernel, int stride, int in, int out, int layers) {}

    /** EfficientNet-B0: table 1 of the first paper. */
    private static final List<Stage> B0 =
            List.of(
                    new Stage(false, 1, 3, 1, 32, 16, 1),
                    new Stage(false, 6, 3, 2, 16, 24, 2),
                    new Stage(false, 6, 5, 2, 24, 40, 2),
                    new Stage(false, 6, 3, 2, 40, 80, 3),
                    new Stage(false, 6, 5, 1, 80, 112, 3),
                    new Stage(false, 6, 5, 2, 112, 192, 4),
                    new Stage(false, 6, 3, 1, 192, 320, 1));

    /** EfficientNetV2-S: table 4 of the second paper. */
    private static final List<Stage> V2_S =
            List.of(
                    new Stage(true, 1, 3, 1, 24, 24, 2),
                    new Stage(true, 4, 3, 2, 24, 48, 4),
                    new Stage(true, 4, 3, 2, 48, 64, 4),
                    new Stage(false, 4, 3, 2, 64, 128, 6),
                    new Stage(false, 6, 3, 1, 128, 160, 9),
                    new Stage(false, 6, 3, 2, 160, 256, 15));

    private final Sequential features = new Sequential();
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final transient Flatten flatten = new Flatten();
    private final Sequential classifier;

    private EfficientNet(Options o) {
        super("classifier");
        List<Stage> stages = o.scaled();
        int in = stages.getFirst().in;
        features.add(conv(o.channels(), in, 3, 2, 1, SiLU::new, o));
        int blocks = stages.stream().mapToInt(Stage::layers).sum();
        int block = 0;
        for (Stage s : stages) {
            var stage = new Sequential();
            for (int i = 0; i < s.layers; i++) {
                int channels = i == 0 ? s.in : s.out;
                int stride = i == 0 ? s.stride : 1;
                stage.add(new Bottleneck(s, channels, stride, o.stochasticDepth * block++ / blocks, o));
            }
            features.add(stage);
        }
        int out = stages.getLast().out;
        int last = o.lastChannels > 0 ? o.lastChannels : 4 * out;
        features.add(conv(out, last, 1, 1, 1, SiLU::new, o));
        classifier = new Sequential(new Dropout(o.dropout()), new Linear(last, o.classes()));
        apply(EfficientNet::initialize);
    }

    private static void initialize(Block block) {
        if (block instanceof Conv2d c) {
            Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT));
            if (c.bias != null) {
                Init.zeros_(c.bias);
            }
        } else if (block instanceof Linear l) {
            double range = 1 / Math.sqrt((double) l.weight.size(0));
            Init.uniform_(l.weight, -range, range);
            if (l.bias != null) {
                Init.zeros_(l.bias);
            }
        }
    }

    /** Options of EfficientNets; the defaults are torchvision's. */
    public static final class Options extends ClassifierOptions<Options> {
        private static final int DIVISOR = 8;

        private final List<Stage> stages;
        private final int lastChannels;
        private final double eps;
        private double width;
        private double depth;
        private double stochasticDepth = 0.2;

        private Options(List<Stage> stages, double width, double depth, int lastChannels, double eps, double dropout) {
            super(dropout);
            this.stages = stages;
            this.width = width;
            this.depth = depth;
            this.lastChannels = lastChannels;
            this.eps = eps;
        }

        /** The factor of the channels of all stages, which are rounded to multiples of 8. */
        public Options width(double factor) {
            this.width = factor;
            return this;
        }

        /** The factor of the numbers of blocks of all stages, which are rounded up. */
        public Options depth(double factor) {
            this.depth = factor;
            return this;
        }

        /** The probability of dropping the last block's branch in training; that of earlier blocks grows linearly. */
        public Options stochasticDepth(double probability) {
            this.stochasticDepth = probability;
            return this;
        }

        private List<Stage> scaled() {
            return stages.stream()
                    .map(s ->
                            new Stage(
                                    s.fused,
                                    s.expand,
                                    s.kernel,
                                    s.stride,
                                    divisible(s.in * width),
                                    divisible(s.out * width),
                                    (int) Math.ceil(s.layers * depth)))
                    .toList();
        }

        /** {@return the nearest multiple of 8 that is not below 0.9 times the number} */
        private static int divisible(double channels) {
            int nearest = Math.max(DIVISOR, (int) (channels + DIVISOR / 2.0) / DIVISOR * DIVISOR);
            return nearest < 0.9 * channels ? nearest + DIVISOR : nearest;
        }
    }

    private static Conv2dNormActivation conv(
            int in, int out, int kernel, int stride, int groups, @Nullable Supplier<Layer> activation, Options o) {
        return new Conv2dNormActivation(
                in,
                out,
                kernel,
                c ->
                        c.stride(stride)
                                .groups(groups)
                                .norm(n -> new BatchNorm2d(n, b -> b.eps(o.eps)))
                                .activation(activation));
    }

    /**
     * An inverted bottleneck, "MBConv" or "Fused-MBConv": {@code [N, in, H, W]} becomes {@code [N, out, H/stride,
     * W/stride]}, added to the input where its shape is the same.
     */
    private static final class Bottleneck extends Layer {
        private final Sequential block = new Sequential();
        private final StochasticDepth stochasticDepth;
        private final boolean isResidual;

        Bottleneck(Stage s, int in, int stride, double drop, Options o) {
            int inside = Options.divisible((double) in * s.expand);
            if (s.fused && inside == in) {
                block.add(conv(in, s.out, s.kernel, stride, 1, SiLU::new, o));
            } else if (s.fused) {
                block.add(conv(in, inside, s.kernel, stride, 1, SiLU::new, o));
                block.add(conv(inside, s.out, 1, 1, 1, null, o));
            } else {
                if (inside != in) {
                    block.add(conv(in, inside, 1, 1, 1, SiLU::new, o));
                }
                block.add(conv(inside, inside, s.kernel, stride, inside, SiLU::new, o));
                block.add(new SqueezeExcitation(inside, Math.max(1, in / 4), new SiLU(), new Sigmoid()));
                block.add(conv(inside, s.out, 1, 1, 1, null, o));
            }
            stochasticDepth = new StochasticDepth(drop);
            isResidual = stride == 1 && in == s.out;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = block.forward(x);
            return isResidual ? stochasticDepth.forward(y).add(x) : y;
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.forward(flatten.forward(avgpool.forward(features.forward(x))));
    }

    private static EfficientNet make(Options defaults, Consumer<? super Options> options) {
        options.accept(defaults);
        return new EfficientNet(defaults);
    }

    private static EfficientNet b(double width, double depth, double dropout, Consumer<? super Options> options) {
        return make(new Options(B0, width, depth, 0, 1e-5, dropout), options);
    }

    /** {@return EfficientNet-B0, for images of 224 x 224 pixels: 5,288,548 parameters} */
    public static EfficientNet efficientnet_b0() {
        return efficientnet_b0(o -> {});
    }

    /** {@return EfficientNet-B0, with options} */
    public static EfficientNet efficientnet_b0(Consumer<? super Options> options) {
        return b(1, 1, 0.2, options);
    }

    /** {@return EfficientNet-B1, for images of 240 x 240 pixels: 7,794,184 parameters} */
    public static EfficientNet efficientnet_b1() {
        return efficientnet_b1(o -> {});
    }

    /** {@return EfficientNet-B1, with options} */
    public static EfficientNet efficientnet_b1(Consumer<? super Options> options) {
        return b(1, 1.1, 0.2, options);
    }

    /** {@return EfficientNet-B2, for images of 288 x 288 pixels: 9,109,994 parameters} */
    public static EfficientNet efficientnet_b2() {
        return efficientnet_b2(o -> {});
    }

    /** {@return EfficientNet-B2, with options} */
    public static EfficientNet efficientnet_b2(Consumer<? super Options> options) {
        return b(1.1, 1.2, 0.3, options);
    }

    /** {@return EfficientNet-B3, for images of 300 x 300 pixels: 12,233,232 parameters} */
    public static EfficientNet efficientnet_b3() {
        return efficientnet_b3(o -> {});
    }

    /** {@return EfficientNet-B3, with options} */
    public static EfficientNet efficientnet_b3(Consumer<? super Options> options) {
        return b(1.2, 1.4, 0.3, options);
    }

    /** {@return EfficientNetV2-S, for images of 384 x 384 pixels: 21,458,488 parameters} */
    public static EfficientNet efficientnet_v2_s() {
        return efficientnet_v2_s(o -> {});
    }

    /** {@return EfficientNetV2-S, with options} */
    public static EfficientNet efficientnet_v2_s(Consumer<? super Options> options) {
        return make(new Options(V2_S, 1, 1, 1280, 1e-3, 0.2), options);
    }
}
