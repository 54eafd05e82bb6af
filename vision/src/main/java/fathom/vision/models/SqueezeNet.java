package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;

/**
 * SqueezeNet (Iandola et al., 2016), AlexNet's accuracy with a fiftieth of its parameters, in torchvision's layout.
 * {@code [N, 3, 224, 224]} becomes {@code [N, 1000]}; images of at least 21 x 21 pixels (1.0) or 17 x 17 (1.1).
 */
public final class SqueezeNet extends ImageClassifier<SqueezeNet> {
    /** The convolutions: {@code [N, 3, H, W]} to {@code [N, 512, h, w]}. */
    public final Sequential features;

    /** The head: {@code [N, 512, h, w]} to {@code [N, classes, 1, 1]}. */
    public final Sequential classifier;

    private SqueezeNet(Sequential features, Options o) {
        super("classifier");
        this.features = features;
        var last = new Conv2d(512, o.classes(), 1);
        classifier = new Sequential(new Dropout(o.dropout()), last, new ReLU(), new AdaptiveAvgPool2d(1, 1));
        apply(block -> {
            if (block instanceof Conv2d c) {
                if (c == last) {
                    Init.normal_(c.weight, 0, 0.01);
                } else {
                    Init.kaimingUniform_(c.weight);
                }
                if (c.bias != null) {
                    Init.zeros_(c.bias);
                }
            }
        });
    }

    /**
     * A fire module: a 1 x 1 convolution to few channels, then a 1 x 1 and a 3 x 3 convolution side by side: {@code [N,
     * in, H, W]} becomes {@code [N, 2 expand, H, W]}.
     */
    private static final class Fire extends Layer {
        private final Conv2d squeeze;
        private final ReLU squeezeActivation = new ReLU();
        private final Conv2d expand1x1;
        private final ReLU expand1x1Activation = new ReLU();
        private final Conv2d expand3x3;
        private final ReLU expand3x3Activation = new ReLU();

        Fire(int in, int squeeze, int expand) {
            this.squeeze = new Conv2d(in, squeeze, 1);
            expand1x1 = new Conv2d(squeeze, expand, 1);
            expand3x3 = new Conv2d(squeeze, expand, 3, c -> c.padding(1));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor s = squeezeActivation.call(squeeze.call(x));
            return Tensors.cat(
                    List.of(expand1x1Activation.call(expand1x1.call(s)), expand3x3Activation.call(expand3x3.call(s))),
                    1);
        }
    }

    private static MaxPool2d pool() {
        return new MaxPool2d(3, p -> p.stride(2).ceilMode(true));
    }

    /** Options of SqueezeNet; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private Options() {
            super(0.5);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.call(features.call(x)).flatten(1);
    }

    /** {@return version 1.0, that of the paper: 1,248,424 parameters, 0.819 billion multiply-adds per image} */
    public static SqueezeNet squeezenet1_0() {
        return squeezenet1_0(o -> {});
    }

    /** {@return version 1.0, with options} */
    public static SqueezeNet squeezenet1_0(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new SqueezeNet(
                new Sequential(
                        new Conv2d(o.channels(), 96, 7, c -> c.stride(2)),
                        new ReLU(),
                        pool(),
                        new Fire(96, 16, 64),
                        new Fire(128, 16, 64),
                        new Fire(128, 32, 128),
                        pool(),
                        new Fire(256, 32, 128),
                        new Fire(256, 48, 192),
                        new Fire(384, 48, 192),
                        new Fire(384, 64, 256),
                        pool(),
                        new Fire(512, 64, 256)),
                o);
    }

    /** {@return version 1.1, with less computation: 1,235,496 parameters, 0.349 billion multiply-adds per image} */
    public static SqueezeNet squeezenet1_1() {
        return squeezenet1_1(o -> {});
    }

    /** {@return version 1.1, with options} */
    public static SqueezeNet squeezenet1_1(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new SqueezeNet(
                new Sequential(
                        new Conv2d(o.channels(), 64, 3, c -> c.stride(2)),
                        new ReLU(),
                        pool(),
                        new Fire(64, 16, 64),
                        new Fire(128, 16, 64),
                        pool(),
                        new Fire(128, 32, 128),
                        new Fire(256, 32, 128),
                        pool(),
                        new Fire(256, 48, 192),
                        new Fire(384, 48, 192),
                        new Fire(384, 64, 256),
                        new Fire(512, 64, 256)),
                o);
    }
}
