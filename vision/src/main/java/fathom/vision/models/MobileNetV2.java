package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU6;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.vision.layers.Conv2dNormActivation;
import java.util.function.Consumer;

/**
 * MobileNetV2 (Sandler, Howard, Zhu, Zhmoginov and Chen, 2018) in torchvision's layout: inverted residuals, narrow at
 * their ends and wide, by depthwise convolutions, inside. {@code [N, 3, 224, 224]} becomes {@code [N, 1000]}. 3,504,872
 * parameters, 0.301 billion multiply-adds per image.
 */
public final class MobileNetV2 extends ImageClassifier<MobileNetV2> {
    private static final int FIRST = 32;
    private static final int LAST = 1280;

    /** Table 2 of the paper: expansion, channels, repetitions and stride of the first. */
    private static final int[][] SETTING = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
    };

    /** The convolutions: {@code [N, 3, H, W]} to {@code [N, 1280, H/32, W/32]}. */
    public final Sequential features;

    /** The head: {@code [N, 1280]} to logits. */
    public final Sequential classifier;

    private MobileNetV2(Options o) {
        super("classifier");
        int channels = Channels.divisible(FIRST * o.widthMult);
        int last = Channels.divisible(LAST * Math.max(1, o.widthMult));
        features = new Sequential();
        features.add(new Conv2dNormActivation(o.channels(), channels, 3, c -> c.stride(2).activation(ReLU6::new)));
        for (int[] s : SETTING) {
            int out = Channels.divisible(s[1] * o.widthMult);
            for (int i = 0; i < s[2]; i++) {
                features.add(new InvertedResidual(channels, out, i == 0 ? s[3] : 1, s[0]));
                channels = out;
            }
        }
        features.add(new Conv2dNormActivation(channels, last, 1, c -> c.activation(ReLU6::new)));
        classifier = new Sequential(new Dropout(o.dropout()), new Linear(last, o.classes()));
        initialise(this);
    }

    /** Initialises convolutions and linear layers, as torchvision's MobileNets do. */
    static void initialise(Layer net) {
        net.apply(block -> {
            if (block instanceof Conv2d c) {
                Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT));
                if (c.bias != null) {
                    Init.zeros_(c.bias);
                }
            } else if (block instanceof Linear l) {
                Init.normal_(l.weight, 0, 0.01);
                if (l.bias != null) {
                    Init.zeros_(l.bias);
                }
            }
        });
    }

    /**
     * {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}, added to the input if that has this shape.
     */
    private static final class InvertedResidual extends Layer {
        private final Sequential conv = new Sequential();
        private final boolean isResidual;

        InvertedResidual(int in, int out, int stride, int expansion) {
            int hidden = in * expansion;
            isResidual = stride == 1 && in == out;
            if (expansion != 1) {
                conv.add(new Conv2dNormActivation(in, hidden, 1, c -> c.activation(ReLU6::new)));
            }
            conv.add(
                    new Conv2dNormActivation(
                            hidden, hidden, 3, c -> c.stride(stride).groups(hidden).activation(ReLU6::new)));
            conv.add(new Conv2d(hidden, out, 1, c -> c.bias(false)));
            conv.add(new BatchNorm2d(out));
        }

        @Override
        public Tensor forward(Tensor x) {
            return isResidual ? x.add(conv.call(x)) : conv.call(x);
        }
    }

    /** Options of MobileNetV2; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private double widthMult = 1;

        private Options() {
            super(0.2);
        }

        /** The factor of all channel counts; 1 unless set. */
        public Options widthMult(double widthMult) {
            this.widthMult = widthMult;
            return this;
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.call(Tensors.adaptiveAvgPool2d(features.call(x), 1, 1).flatten(1));
    }

    /** {@return MobileNetV2, newly initialised} */
    public static MobileNetV2 mobilenet_v2() {
        return mobilenet_v2(o -> {});
    }

    /** {@return MobileNetV2, with options} */
    public static MobileNetV2 mobilenet_v2(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new MobileNetV2(o);
    }
}
