package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Hardsigmoid;
import fathom.nn.activation.Hardswish;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.vision.layers.Conv2dNormActivation;
import fathom.vision.layers.SqueezeExcitation;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * MobileNetV3 (Howard et al., 2019) in torchvision's layout: inverted residuals with squeeze and excitation and
 * piecewise linear activations, found by search. {@code [N, 3, 224, 224]} becomes {@code [N, 1000]}.
 */
public final class MobileNetV3 extends ImageClassifier<MobileNetV3> {
    private static final Supplier<Layer> RE = ReLU::new;
    private static final Supplier<Layer> HS = Hardswish::new;

    /** A row of the paper's tables. */
    private record Row(
            int in, int kernel, int expanded, int out, boolean squeeze, Supplier<Layer> activation, int stride) {
        Row times(double factor) {
            return new Row(
                    Channels.divisible(in * factor),
                    kernel,
                    Channels.divisible(expanded * factor),
                    Channels.divisible(out * factor),
                    squeeze,
                    activation,
                    stride);
        }
    }

    /** Table 1 of the paper. */
    private static final List<Row> LARGE =
            List.of(
                    new Row(16, 3, 16, 16, false, RE, 1),
                    new Row(16, 3, 64, 24, false, RE, 2),
                    new Row(24, 3, 72, 24, false, RE, 1),
                    new Row(24, 5, 72, 40, true, RE, 2),
                    new Row(40, 5, 120, 40, true, RE, 1),
                    new Row(40, 5, 120, 40, true, RE, 1),
                    new Row(40, 3, 240, 80, false, HS, 2),
                    new Row(80, 3, 200, 80, false, HS, 1),
                    new Row(80, 3, 184, 80, false, HS, 1),
                    new Row(80, 3, 184, 80, false, HS, 1),
                    new Row(80, 3, 480, 112, true, HS, 1),
                    new Row(112, 3, 672, 112, true, HS, 1),
                    new Row(112, 5, 672, 160, true, HS, 2),
                    new Row(160, 5, 960, 160, true, HS, 1),
                    new Row(160, 5, 960, 160, true, HS, 1));

    /** Table 2 of the paper. */
    private static final List<Row> SMALL =
            List.of(
                    new Row(16, 3, 16, 16, true, RE, 2),
                    new Row(16, 3, 72, 24, false, RE, 2),
                    new Row(24, 3, 88, 24, false, RE, 1),
                    new Row(24, 5, 96, 40, true, HS, 2),
                    new Row(40, 5, 240, 40, true, HS, 1),
                    new Row(40, 5, 240, 40, true, HS, 1),
                    new Row(40, 5, 120, 48, true, HS, 1),
                    new Row(48, 5, 144, 48, true, HS, 1),
                    new Row(48, 5, 288, 96, true, HS, 2),
                    new Row(96, 5, 576, 96, true, HS, 1),
                    new Row(96, 5, 576, 96, true, HS, 1));

    /** The convolutions: {@code [N, 3, H, W]} to {@code [N, C, H/32, W/32]}. */
    public final Sequential features;

    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);

    /** The head: {@code [N, C]} to logits. */
    public final Sequential classifier;

    private MobileNetV3(List<Row> table, int lastChannels, Options o) {
        super("classifier");
        List<Row> rows = table.stream().map(r -> r.times(o.widthMult)).toList();
        int narrow = rows.getLast().out;
        int wide = 6 * narrow;
        int hidden = Channels.divisible(lastChannels * o.widthMult);
        features = new Sequential(convolution(o.channels(), rows.getFirst().in, 3, c -> c.stride(2).activation(HS)));
        rows.forEach(r -> features.add(new InvertedResidual(r)));
        features.add(convolution(narrow, wide, 1, c -> c.activation(HS)));
        classifier =
                new Sequential(
                        new Linear(wide, hidden),
                        new Hardswish(),
                        new Dropout(o.dropout()),
                        new Linear(hidden, o.classes()));
        MobileNetV2.initialise(this);
    }

    private static Layer convolution(int in, int out, int kernel, Consumer<Conv2dNormActivation.Options> options) {
        return new Conv2dNormActivation(
                in,
                out,
                kernel,
                options.andThen(c -> c.norm(n -> new BatchNorm2d(n, b -> b.eps(0.001).momentum(0.01)))));
    }

    /**
     * {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}, added to the input if that has this shape.
     */
    private static final class InvertedResidual extends Layer {
        private final Sequential block = new Sequential();
        private final boolean isResidual;

        InvertedResidual(Row r) {
            isResidual = r.stride == 1 && r.in == r.out;
            if (r.expanded != r.in) {
                block.add(convolution(r.in, r.expanded, 1, c -> c.activation(r.activation)));
            }
            block.add(
                    convolution(
                            r.expanded,
                            r.expanded,
                            r.kernel,
                            c -> c.stride(r.stride).groups(r.expanded).activation(r.activation)));
            if (r.squeeze) {
                int squeezed = Channels.divisible(r.expanded / 4);
                block.add(new SqueezeExcitation(r.expanded, squeezed, new ReLU(), new Hardsigmoid()));
            }
            block.add(convolution(r.expanded, r.out, 1, c -> c.activation(null)));
        }

        @Override
        public Tensor forward(Tensor x) {
            return isResidual ? block.call(x).add(x) : block.call(x);
        }
    }

    /** Options of MobileNetV3; torchvision's defaults, for ImageNet. */
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
        return classifier.call(avgpool.call(features.call(x)).flatten(1));
    }

    private static MobileNetV3 make(List<Row> table, int lastChannels, Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new MobileNetV3(table, lastChannels, o);
    }

    /** {@return the large network: 5,483,032 parameters, 0.217 billion multiply-adds per image} */
    public static MobileNetV3 mobilenet_v3_large() {
        return mobilenet_v3_large(o -> {});
    }

    /** {@return the large network, with options} */
    public static MobileNetV3 mobilenet_v3_large(Consumer<? super Options> options) {
        return make(LARGE, 1280, options);
    }

    /** {@return the small network: 2,542,856 parameters, 0.057 billion multiply-adds per image} */
    public static MobileNetV3 mobilenet_v3_small() {
        return mobilenet_v3_small(o -> {});
    }

    /** {@return the small network, with options} */
    public static MobileNetV3 mobilenet_v3_small(Consumer<? super Options> options) {
        return make(SMALL, 1024, options);
    }
}
