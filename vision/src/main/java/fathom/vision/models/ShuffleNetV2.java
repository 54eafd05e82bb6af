package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;

/**
 * ShuffleNetV2 (Ma, Zhang, Zheng and Sun, 2018) in torchvision's layout: half of the channels pass each unit unchanged,
 * then channels are shuffled. {@code [N, 3, 224, 224]} becomes {@code [N, 1000]}.
 */
public final class ShuffleNetV2 extends ImageClassifier<ShuffleNetV2> {
    /** The units of the three stages. */
    private static final int[] REPEATS = {4, 8, 4};

    private final Sequential conv1;
    private final MaxPool2d maxpool = new MaxPool2d(3, p -> p.stride(2).padding(1));
    private final Sequential stage2;
    private final Sequential stage3;
    private final Sequential stage4;
    private final Sequential conv5;

    /** The head, from {@code [N, C]} to logits; may be replaced. */
    public Layer fc;

    /**
     * A network.
     *
     * @param widths the channels after the first convolution, the three stages and the last convolution
     */
    private ShuffleNetV2(int[] widths, Options o) {
        super("fc");
        conv1 =
                new Sequential(
                        new Conv2d(o.channels(), widths[0], 3, c -> c.stride(2).padding(1).bias(false)),
                        new BatchNorm2d(widths[0]),
                        new ReLU());
        stage2 = stage(REPEATS[0], widths[0], widths[1]);
        stage3 = stage(REPEATS[1], widths[1], widths[2]);
        stage4 = stage(REPEATS[2], widths[2], widths[3]);
        conv5 = new Sequential(conv1x1(widths[3], widths[4]), new BatchNorm2d(widths[4]), new ReLU());
        fc = new Linear(widths[4], o.classes());
    }

    private static Sequential stage(int units, int in, int out) {
        var stage = new Sequential(new InvertedResidual(in, out, 2));
        for (int i = 1; i < units; i++) {
            stage.add(new InvertedResidual(out, out, 1));
        }
        return stage;
    }

    private static Conv2d conv1x1(int in, int out) {
        return new Conv2d(in, out, 1, c -> c.bias(false));
    }

    private static Conv2d depthwise(int channels, int stride) {
        return new Conv2d(channels, channels, 3, c -> c.stride(stride).padding(1).groups(channels).bias(false));
    }

    /**
     * A unit: {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}; with stride 1 in and out are equal.
     */
    private static final class InvertedResidual extends Layer {
        private final Sequential branch1;
        private final Sequential branch2;
        private final boolean isSplit;

        InvertedResidual(int in, int out, int stride) {
            int half = out / 2;
            isSplit = stride == 1;
            branch1 =
                    isSplit
                            ? new Sequential()
                            : new Sequential(
                                    depthwise(in, stride),
                                    new BatchNorm2d(in),
                                    conv1x1(in, half),
                                    new BatchNorm2d(half),
                                    new ReLU());
            branch2 =
                    new Sequential(
                            conv1x1(isSplit ? half : in, half),
                            new BatchNorm2d(half),
                            new ReLU(),
                            depthwise(half, stride),
                            new BatchNorm2d(half),
                            conv1x1(half, half),
                            new BatchNorm2d(half),
                            new ReLU());
        }

        @Override
        public Tensor forward(Tensor x) {
            List<Tensor> halves = isSplit ? x.chunk(2, 1) : List.of(x, x);
            Tensor first = branch1.call(halves.getFirst());
            return Tensors.channelShuffle(Tensors.cat(List.of(first, branch2.call(halves.getLast())), 1), 2);
        }
    }

    /** Options of ShuffleNetV2; torchvision's defaults, for ImageNet. It has no dropout. */
    public static final class Options extends ClassifierOptions<Options> {
        private Options() {
            super(0);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = maxpool.call(conv1.call(x));
        y = conv5.call(stage4.call(stage3.call(stage2.call(y))));
        return fc.call(y.mean(new int[] {2, 3}));
    }

    private static ShuffleNetV2 make(Consumer<? super Options> options, int... widths) {
        var o = new Options();
        options.accept(o);
        return new ShuffleNetV2(widths, o);
    }

    /** {@return 0.5 times the channels: 1,366,792 parameters, 0.040 billion multiply-adds per image} */
    public static ShuffleNetV2 shufflenet_v2_x0_5() {
        return shufflenet_v2_x0_5(o -> {});
    }

    /** {@return 0.5 times the channels, with options} */
    public static ShuffleNetV2 shufflenet_v2_x0_5(Consumer<? super Options> options) {
        return make(options, 24, 48, 96, 192, 1024);
    }

    /** {@return 1.0 times the channels: 2,278,604 parameters, 0.145 billion multiply-adds per image} */
    public static ShuffleNetV2 shufflenet_v2_x1_0() {
        return shufflenet_v2_x1_0(o -> {});
    }

    /** {@return 1.0 times the channels, with options} */
    public static ShuffleNetV2 shufflenet_v2_x1_0(Consumer<? super Options> options) {
        return make(options, 24, 116, 232, 464, 1024);
    }

    /** {@return 1.5 times the channels: 3,503,624 parameters, 0.296 billion multiply-adds per image} */
    public static ShuffleNetV2 shufflenet_v2_x1_5() {
        return shufflenet_v2_x1_5(o -> {});
    }

    /** {@return 1.5 times the channels, with options} */
    public static ShuffleNetV2 shufflenet_v2_x1_5(Consumer<? super Options> options) {
        return make(options, 24, 176, 352, 704, 1024);
    }

    /** {@return 2.0 times the channels: 7,393,996 parameters, 0.583 billion multiply-adds per image} */
    public static ShuffleNetV2 shufflenet_v2_x2_0() {
        return shufflenet_v2_x2_0(o -> {});
    }

    /** {@return 2.0 times the channels, with options} */
    public static ShuffleNetV2 shufflenet_v2_x2_0(Consumer<? super Options> options) {
        return make(options, 24, 244, 488, 976, 2048);
    }
}
