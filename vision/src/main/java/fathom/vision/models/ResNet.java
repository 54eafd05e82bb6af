package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Flatten;
import fathom.nn.IdentityLayer;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Residual networks (He, Zhang, Ren and Sun, 2015) in torchvision's layout: parameters have the same names and shapes,
 * so its weight files load as they are. {@code [N, 3, H, W]} becomes {@code [N, 1000]}; for ImageNet's weights, 224 x
 * 224 pixels preprocessed by {@link fathom.vision.transforms.Transforms#imagenet()}. ResNeXt and Wide ResNet are
 * variants.
 *
 * <pre>{@code
 * var net = ResNet.resnet50();
 * net.loadStateDict(StateDict.load(Path.of("resnet50.pth")));
 * net.withHead(3);                                              // for three classes of one's own
 * var small = ResNet.resnet18(o -> o.classes(10).smallInput()); // for CIFAR-10
 * }</pre>
 *
 * <p>The course's ResNet-18, which differs in details, is {@link CourseResNet18}.
 */
public final class ResNet extends ImageClassifier<ResNet> {
    /** The first convolution; may be replaced, for images with other channels. */
    public Conv2d conv1;

    private final Layer bn1;
    private final ReLU relu = new ReLU();

    /** The pooling after the first convolution; may be replaced, by {@link IdentityLayer} for small images. */
    public Layer maxpool;

    private final Sequential layer1;
    private final Sequential layer2;
    private final Sequential layer3;
    private final Sequential layer4;
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final transient Flatten flatten = new Flatten();

    /** The head, from {@code [N, C]} to logits; may be replaced. */
    public Layer fc;

    private ResNet(boolean bottleneck, int[] blocks, Options o) {
        super("fc");
        int w = o.width;
        conv1 =
                o.smallInput
                        ? new Conv2d(o.channels(), w, 3, c -> c.padding(1).bias(false))
                        : new Conv2d(o.channels(), w, 7, c -> c.stride(2).padding(3).bias(false));
        bn1 = o.norm.apply(w);
        maxpool = o.smallInput ? new IdentityLayer() : new MaxPool2d(3, p -> p.stride(2).padding(1));
        int expansion = bottleneck ? Bottleneck.EXPANSION : 1;
        Scale first = new Scale(1, 1, 1);
        Scale second = first.halved(o.dilated[0]);
        Scale third = second.halved(o.dilated[1]);
        layer1 = stage(bottleneck, blocks[0], w, w, first, o);
        layer2 = stage(bottleneck, blocks[1], w * expansion, 2 * w, second, o);
        layer3 = stage(bottleneck, blocks[2], 2 * w * expansion, 4 * w, third, o);
        layer4 = stage(bottleneck, blocks[3], 4 * w * expansion, 8 * w, third.halved(o.dilated[2]), o);
        fc = new Linear(8L * w * expansion, o.classes());
        apply(block -> {
            if (block instanceof Conv2d c) {
                Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT).nonlinearity(Init.Nonlinearity.RELU));
            }
        });
        if (o.zeroInitResidual) {
            apply(block -> {
                if (block instanceof BasicBlock b) {
                    zero(b.bn2);
                } else if (block instanceof Bottleneck b) {
                    zero(b.bn3);
                }
            });
        }
    }

    private static void zero(Layer layer) {
        if (layer instanceof BatchNorm2d norm && norm.weight != null) {
            Init.zeros_(norm.weight);
        }
    }

    /** Options of residual networks; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private int width = 64;
        private int groups = 1;
        private int widthPerGroup = 64;
        private boolean smallInput;
        private boolean zeroInitResidual;
        private boolean[] dilated = new boolean[3];
        private IntFunction<? extends Layer> norm = BatchNorm2d::new;

        private Options() {
            super(0);
        }

        /** The output channels of the first convolution, from which all others are derived; 64 unless set. */
        public Options width(int width) {
            this.width = positive("width", width);
            return this;
        }

        /** The groups of the 3 x 3 convolutions in bottlenecks (Xie et al., 2017, "ResNeXt"); 1 unless set. */
        public Options groups(int groups) {
            this.groups = positive("groups", groups);
            return this;
        }

        /** The channels per group in the bottlenecks of the first stage, where its width is 64; 64 unless set. */
        public Options widthPerGroup(int widthPerGroup) {
            this.widthPerGroup = positive("widthPerGroup", widthPerGroup);
            return this;
        }

        /** Uses a 3 x 3 convolution of stride 1 and no pooling at the start: for images of about 32 x 32 pixels. */
        public Options smallInput() {
            this.smallInput = true;
            return this;
        }

        /**
         * Which of the last three stages keep the resolution and dilate their convolutions instead of halving it, for
         * segmentation; none unless set. Not for {@link #resnet18} and {@link #resnet34}, as in torchvision.
         */
        public Options replaceStrideWithDilation(boolean second, boolean third, boolean fourth) {
            this.dilated = new boolean[] {second, third, fourth};
            return this;
        }

        /** Creates each norm for a number of channels; {@link BatchNorm2d} unless set. */
        public Options norm(IntFunction<? extends Layer> norm) {
            this.norm = norm;
            return this;
        }

        /**
         * Initialises every block as the identity, by zeroing the scale of its last batch norm (Goyal et al., 2017).
         */
        public Options zeroInitResidual() {
            this.zeroInitResidual = true;
            return this;
        }
    }

    /**
     * How a stage changes the resolution.
     *
     * @param stride the stride of its first block
     * @param firstDilation the dilation of its first block
     * @param dilation the dilation of its other blocks
     */
    private record Scale(int stride, int firstDilation, int dilation) {
        /** {@return the next stage's, which has half the resolution, or twice the dilation} */
        Scale halved(boolean isDilated) {
            return isDilated ? new Scale(1, dilation, 2 * dilation) : new Scale(2, dilation, dilation);
        }
    }

    private static Sequential stage(boolean bottleneck, int blocks, int in, int width, Scale scale, Options o) {
        if (!bottleneck && scale.dilation > 1) {
            throw new IllegalArgumentException(
                    "ResNet: replaceStrideWithDilation is for networks with bottlenecks, such as resnet50");
        }
        var stage = new Sequential();
        int channels = in;
        for (int i = 0; i < blocks; i++) {
            int step = i == 0 ? scale.stride : 1;
            int dilation = i == 0 ? scale.firstDilation : scale.dilation;
            stage.add(
                    bottleneck
                            ? new Bottleneck(channels, width, step, dilation, o)
                            : new BasicBlock(channels, width, step, o));
            channels = bottleneck ? width * Bottleneck.EXPANSION : width;
        }
        return stage;
    }

    /** {@return the shortcut of a block that changes the shape, or null if it does not} */
    private static @Nullable Sequential downsample(int in, int out, int stride, Options o) {
        return stride == 1 && in == out
                ? null
                : new Sequential(new Conv2d(in, out, 1, c -> c.stride(stride).bias(false)), o.norm.apply(out));
    }

    private static Conv2d conv3x3(int in, int out, int stride) {
        return new Conv2d(in, out, 3, c -> c.stride(stride).padding(1).bias(false));
    }

    private static Conv2d conv1x1(int in, int out) {
        return new Conv2d(in, out, 1, c -> c.bias(false));
    }

    /** A basic block of two 3 x 3 convolutions: {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}. */
    private static final class BasicBlock extends Layer {
        private final Conv2d conv1;
        private final Layer bn1;
        private final ReLU relu = new ReLU();
        private final Conv2d conv2;
        private final Layer bn2;
        private final @Nullable Sequential downsample;

        BasicBlock(int in, int out, int stride, Options o) {
            conv1 = conv3x3(in, out, stride);
            bn1 = o.norm.apply(out);
            conv2 = conv3x3(out, out, 1);
            bn2 = o.norm.apply(out);
            downsample = downsample(in, out, stride, o);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = relu.forward(bn1.forward(conv1.forward(x)));
            y = bn2.forward(conv2.forward(y));
            return relu.forward(y.add(downsample == null ? x : downsample.forward(x)));
        }
    }

    /**
     * A bottleneck block: a 3 x 3 convolution between two 1 x 1 convolutions that reduce and expand the channels:
     * {@code [N, in, H, W]} becomes {@code [N, 4 width, H/stride, W/stride]}. The stride is in the 3 x 3 convolution,
     * as in torchvision ("ResNet v1.5").
     */
    private static final class Bottleneck extends Layer {
        static final int EXPANSION = 4;

        private final Conv2d conv1;
        private final Layer bn1;
        private final Conv2d conv2;
        private final Layer bn2;
        private final Conv2d conv3;
        private final Layer bn3;
        private final ReLU relu = new ReLU();
        private final @Nullable Sequential downsample;

        Bottleneck(int in, int width, int stride, int dilation, Options o) {
            int inside = width * o.widthPerGroup / 64 * o.groups;
            int out = width * EXPANSION;
            conv1 = conv1x1(in, inside);
            bn1 = o.norm.apply(inside);
            conv2 =
                    new Conv2d(
                            inside,
                            inside,
                            3,
                            c -> c.stride(stride).padding(dilation).dilation(dilation).groups(o.groups).bias(false));
            bn2 = o.norm.apply(inside);
            conv3 = conv1x1(inside, out);
            bn3 = o.norm.apply(out);
            downsample = downsample(in, out, stride, o);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = relu.forward(bn1.forward(conv1.forward(x)));
            y = relu.forward(bn2.forward(conv2.forward(y)));
            y = bn3.forward(conv3.forward(y));
            return relu.forward(y.add(downsample == null ? x : downsample.forward(x)));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = maxpool.forward(relu.forward(bn1.forward(conv1.forward(x))));
        y = layer4.forward(layer3.forward(layer2.forward(layer1.forward(y))));
        return fc.forward(flatten.forward(avgpool.forward(y)));
    }

    private static ResNet make(boolean bottleneck, int[] blocks, Options defaults, Consumer<? super Options> options) {
        options.accept(defaults);
        return new ResNet(bottleneck, blocks, defaults);
    }

    /** {@return 18 layers: 11,689,512 parameters} */
    public static ResNet resnet18() {
        return resnet18(o -> {});
    }

    /** {@return 18 layers, with options} */
    public static ResNet resnet18(Consumer<? super Options> options) {
        return make(false, new int[] {2, 2, 2, 2}, new Options(), options);
    }

    /** {@return 34 layers: 21,797,672 parameters} */
    public static ResNet resnet34() {
        return resnet34(o -> {});
    }

    /** {@return 34 layers, with options} */
    public static ResNet resnet34(Consumer<? super Options> options) {
        return make(false, new int[] {3, 4, 6, 3}, new Options(), options);
    }

    /** {@return 50 layers, with bottlenecks: 25,557,032 parameters} */
    public static ResNet resnet50() {
        return resnet50(o -> {});
    }

    /** {@return 50 layers, with options} */
    public static ResNet resnet50(Consumer<? super Options> options) {
        return make(true, new int[] {3, 4, 6, 3}, new Options(), options);
    }

    /** {@return 101 layers, with bottlenecks: 44,549,160 parameters} */
    public static ResNet resnet101() {
        return resnet101(o -> {});
    }

    /** {@return 101 layers, with options} */
    public static ResNet resnet101(Consumer<? super Options> options) {
        return make(true, new int[] {3, 4, 23, 3}, new Options(), options);
    }

    /** {@return 152 layers, with bottlenecks: 60,192,808 parameters} */
    public static ResNet resnet152() {
        return resnet152(o -> {});
    }

    /** {@return 152 layers, with options} */
    public static ResNet resnet152(Consumer<? super Options> options) {
        return make(true, new int[] {3, 8, 36, 3}, new Options(), options);
    }

    /**
     * {@return ResNeXt-50 (Xie, Girshick, Dollar, Tu and He, 2017): a ResNet-50 with 32 groups of 4 channels in each
     * bottleneck; 25,028,904 parameters}
     */
    public static ResNet resnext50_32x4d() {
        return resnext50_32x4d(o -> {});
    }

    /** {@return ResNeXt-50, with options} */
    public static ResNet resnext50_32x4d(Consumer<? super Options> options) {
        return make(true, new int[] {3, 4, 6, 3}, new Options().groups(32).widthPerGroup(4), options);
    }

    /**
     * {@return Wide ResNet-50-2 (Zagoruyko and Komodakis, 2016): a ResNet-50 with twice the channels inside each
     * bottleneck; 68,883,240 parameters}
     */
    public static ResNet wide_resnet50_2() {
        return wide_resnet50_2(o -> {});
    }

    /** {@return Wide ResNet-50-2, with options} */
    public static ResNet wide_resnet50_2(Consumer<? super Options> options) {
        return make(true, new int[] {3, 4, 6, 3}, new Options().widthPerGroup(128), options);
    }
}
