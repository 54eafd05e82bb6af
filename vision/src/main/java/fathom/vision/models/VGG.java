package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * VGG (Simonyan and Zisserman, 2015, configurations A, B, D and E) in torchvision's layout, with or without batch norm.
 * {@code [N, 3, 224, 224]} becomes {@code [N, 1000]}; images of at least 32 x 32 pixels.
 *
 * <table>
 * <caption>Sizes</caption>
 * <tr><th>network</th><th>parameters, with batch norm</th><th>billions of multiply-adds</th></tr>
 * <tr><td>vgg11</td><td>132,863,336, 132,868,840</td><td>7.609</td></tr>
 * <tr><td>vgg13</td><td>133,047,848, 133,053,736</td><td>11.308</td></tr>
 * <tr><td>vgg16</td><td>138,357,544, 138,365,992</td><td>15.470</td></tr>
 * <tr><td>vgg19</td><td>143,667,240, 143,678,248</td><td>19.632</td></tr>
 * </table>
 *
 * <p>The course's network is {@link CourseVGG}.
 */
public final class VGG extends ImageClassifier<VGG> {
    /** A maximum over 2 x 2 pixels, in a configuration. */
    private static final int POOL = 0;

    private static final List<Integer> A = List.of(64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL);
    private static final List<Integer> B =
            List.of(64, 64, POOL, 128, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL);
    private static final List<Integer> D =
            List.of(64, 64, POOL, 128, 128, POOL, 256, 256, 256, POOL, 512, 512, 512, POOL, 512, 512, 512, POOL);
    private static final List<Integer> E =
            List.of(
                    64, 64, POOL, 128, 128, POOL, 256, 256, 256, 256, POOL, 512, 512, 512, 512, POOL, 512, 512, 512,
                    512, POOL);

    /** The convolutions: {@code [N, 3, H, W]} to {@code [N, 512, H/32, W/32]}. */
    public final Sequential features;

    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(7, 7);

    /** The head: {@code [N, 512 * 7 * 7]} to logits. */
    public final Sequential classifier;

    private VGG(List<Integer> configuration, boolean batchNorm, Options o) {
        super("classifier");
        features = new Sequential();
        int channels = o.channels();
        for (int width : configuration) {
            if (width == POOL) {
                features.add(new MaxPool2d(2, p -> p.stride(2)));
                continue;
            }
            features.add(new Conv2d(channels, width, 3, c -> c.padding(1)));
            if (batchNorm) {
                features.add(new BatchNorm2d(width));
            }
            features.add(new ReLU());
            channels = width;
        }
        classifier =
                new Sequential(
                        new Linear(512 * 7 * 7, o.hidden),
                        new ReLU(),
                        new Dropout(o.dropout()),
                        new Linear(o.hidden, o.hidden),
                        new ReLU(),
                        new Dropout(o.dropout()),
                        new Linear(o.hidden, o.classes()));
        apply(block -> {
            if (block instanceof Conv2d c) {
                Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT).nonlinearity(Init.Nonlinearity.RELU));
                zero(c.bias);
            } else if (block instanceof Linear l) {
                Init.normal_(l.weight, 0, 0.01);
                zero(l.bias);
            }
        });
    }

    private static void zero(@Nullable Tensor bias) {
        if (bias != null) {
            Init.zeros_(bias);
        }
    }

    /** Options of VGG; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private int hidden = 4096;

        private Options() {
            super(0.5);
        }

        /** The units of each of the two hidden linear layers; 4096 unless set. */
        public Options hidden(int hidden) {
            this.hidden = positive("hidden", hidden);
            return this;
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.call(avgpool.call(features.call(x)).flatten(1));
    }

    private static VGG make(List<Integer> configuration, boolean batchNorm, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new VGG(configuration, batchNorm, o);
    }

    /** {@return 11 layers, configuration A} */
    public static VGG vgg11() {
        return vgg11(o -> {});
    }

    /** {@return 11 layers, configuration A, with options} */
    public static VGG vgg11(Consumer<? super Options> options) {
        return make(A, false, options);
    }

    /** {@return 11 layers, configuration A, with batch norm} */
    public static VGG vgg11_bn() {
        return vgg11_bn(o -> {});
    }

    /** {@return 11 layers, configuration A, with batch norm, with options} */
    public static VGG vgg11_bn(Consumer<? super Options> options) {
        return make(A, true, options);
    }

    /** {@return 13 layers, configuration B} */
    public static VGG vgg13() {
        return vgg13(o -> {});
    }

    /** {@return 13 layers, configuration B, with options} */
    public static VGG vgg13(Consumer<? super Options> options) {
        return make(B, false, options);
    }

    /** {@return 13 layers, configuration B, with batch norm} */
    public static VGG vgg13_bn() {
        return vgg13_bn(o -> {});
    }

    /** {@return 13 layers, configuration B, with batch norm, with options} */
    public static VGG vgg13_bn(Consumer<? super Options> options) {
        return make(B, true, options);
    }

    /** {@return 16 layers, configuration D} */
    public static VGG vgg16() {
        return vgg16(o -> {});
    }

    /** {@return 16 layers, configuration D, with options} */
    public static VGG vgg16(Consumer<? super Options> options) {
        return make(D, false, options);
    }

    /** {@return 16 layers, configuration D, with batch norm} */
    public static VGG vgg16_bn() {
        return vgg16_bn(o -> {});
    }

    /** {@return 16 layers, configuration D, with batch norm, with options} */
    public static VGG vgg16_bn(Consumer<? super Options> options) {
        return make(D, true, options);
    }

    /** {@return 19 layers, configuration E} */
    public static VGG vgg19() {
        return vgg19(o -> {});
    }

    /** {@return 19 layers, configuration E, with options} */
    public static VGG vgg19(Consumer<? super Options> options) {
        return make(E, false, options);
    }

    /** {@return 19 layers, configuration E, with batch norm} */
    public static VGG vgg19_bn() {
        return vgg19_bn(o -> {});
    }

    /** {@return 19 layers, configuration E, with batch norm, with options} */
    public static VGG vgg19_bn(Consumer<? super Options> options) {
        return make(E, true, options);
    }
}
