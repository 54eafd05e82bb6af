package fathom.vision.models;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.GELU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.vision.layers.LayerNorm2d;
import fathom.vision.layers.Permute;
import fathom.vision.layers.StochasticDepth;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * ConvNeXt (Liu et al., 2022) in torchvision's layout: parameters have the same names and shapes, so its weight files
 * load as they are. Convolutional networks with the proportions of a Swin Transformer: patches of 4 x 4 pixels, then
 * four stages of inverted bottlenecks with depthwise 7 x 7 convolutions, layer norm and GELU. {@code [N, 3, H, W]}
 * becomes {@code [N, 1000]}, for sides from 32 pixels.
 *
 * @see <a href="https://arxiv.org/abs/2201.03545">A ConvNet for the 2020s</a>
 */
public final class ConvNeXt extends ImageClassifier<ConvNeXt> {
    private static final double EPS = 1e-6;
    private static final double WEIGHT_STD = 0.02;

    private final Sequential features = new Sequential();
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final Sequential classifier;

    private ConvNeXt(Options o) {
        super("classifier");
        int blocks = Arrays.stream(o.depths).sum();
        features.add(
                new Sequential(
                        new Conv2d(o.channels(), o.widths[0], 4, c -> c.stride(4)), new LayerNorm2d(o.widths[0], EPS)));
        int block = 0;
        for (int i = 0; i < o.depths.length; i++) {
            int width = o.widths[i];
            var stage = new Sequential();
            for (int j = 0; j < o.depths[i]; j++) {
                double drop = blocks > 1 ? o.stochasticDepth * block++ / (blocks - 1) : 0;
                stage.add(new CNBlock(width, o.layerScale, drop));
            }
            features.add(stage);
            if (i + 1 < o.depths.length) {
                features.add(
                        new Sequential(
                                new LayerNorm2d(width, EPS), new Conv2d(width, o.widths[i + 1], 2, c -> c.stride(2))));
            }
        }
        int last = o.widths[o.widths.length - 1];
        classifier = new Sequential(new LayerNorm2d(last, EPS), new Flatten(), new Linear(last, o.classes()));
        apply(part -> {
            if (part instanceof Conv2d c) {
                initialize(c.weight, c.bias);
            } else if (part instanceof Linear l) {
                initialize(l.weight, l.bias);
            }
        });
    }

    private static void initialize(Tensor weight, @Nullable Tensor bias) {
        Init.truncNormal_(weight, 0, WEIGHT_STD, -2, 2);
        if (bias != null) {
            Init.zeros_(bias);
        }
    }

    /** Options of ConvNeXt; torchvision's defaults. */
    public static final class Options extends ClassifierOptions<Options> {
        private double layerScale = 1e-6;
        private double stochasticDepth;
        private int[] widths = {96, 192, 384, 768};
        private int[] depths;

        private Options(double stochasticDepth, int... depths) {
            super(0);
            this.stochasticDepth = stochasticDepth;
            this.depths = depths;
        }

        /** The initial scale of the residual branches; 1e-6 unless set. */
        public Options layerScale(double layerScale) {
            this.layerScale = layerScale;
            return this;
        }

        /** The probability of dropping the last block's branch in training; that of earlier blocks grows linearly. */
        public Options stochasticDepth(double probability) {
            this.stochasticDepth = probability;
            return this;
        }

        /** The channels of the stages and their numbers of blocks. */
        public Options stages(int[] widths, int[] depths) {
            if (widths.length != depths.length || widths.length == 0) {
                throw new IllegalArgumentException(
                        "ConvNeXt: expected as many widths as depths, got %s and %s"
                                .formatted(Arrays.toString(widths), Arrays.toString(depths)));
            }
            this.widths = widths.clone();
            this.depths = depths.clone();
            return this;
        }
    }

    /**
     * An inverted bottleneck: a depthwise 7 x 7 convolution, layer norm, and a feed-forward network of each pixel,
     * whose result is scaled per channel and added to the input. {@code [N, C, H, W]} keeps its shape.
     */
    private static final class CNBlock extends Layer {
        /** {@code [C, 1, 1]}. */
        private final Tensor layerScale;

        private final Sequential block;
        private final StochasticDepth stochasticDepth;

        CNBlock(int width, double scale, double drop) {
            layerScale = parameter(Tensors.full(scale, DType.FLOAT32, width, 1, 1));
            block =
                    new Sequential(
                            new Conv2d(width, width, 7, c -> c.padding(3).groups(width)),
                            new Permute(0, 2, 3, 1),
                            new LayerNorm(width, n -> n.eps(EPS)),
                            new Linear(width, 4L * width),
                            new GELU(),
                            new Linear(4L * width, width),
                            new Permute(0, 3, 1, 2));
            stochasticDepth = new StochasticDepth(drop);
        }

        @Override
        public Tensor forward(Tensor x) {
            return stochasticDepth.forward(layerScale.mul(block.forward(x))).add(x);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.forward(avgpool.forward(features.forward(x)));
    }

    private static ConvNeXt make(Options defaults, Consumer<? super Options> options) {
        options.accept(defaults);
        return new ConvNeXt(defaults);
    }

    /** {@return ConvNeXt-T: 28,589,128 parameters} */
    public static ConvNeXt convnext_tiny() {
        return convnext_tiny(o -> {});
    }

    /** {@return ConvNeXt-T, with options} */
    public static ConvNeXt convnext_tiny(Consumer<? super Options> options) {
        return make(new Options(0.1, 3, 3, 9, 3), options);
    }

    /** {@return ConvNeXt-S, with 27 blocks in the third stage: 50,223,688 parameters} */
    public static ConvNeXt convnext_small() {
        return convnext_small(o -> {});
    }

    /** {@return ConvNeXt-S, with options} */
    public static ConvNeXt convnext_small(Consumer<? super Options> options) {
        return make(new Options(0.4, 3, 3, 27, 3), options);
    }
}
