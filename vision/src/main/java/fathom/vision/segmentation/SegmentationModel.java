package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.options.InterpolateOptions.Mode;
import fathom.train.recipe.HyperParameters;
import fathom.vision.datasets.Voc2012;
import fathom.vision.models.ResNet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * torchvision's segmentation networks, with its names and shapes of parameters, so that its weight files load as they
 * are: a ResNet whose last two stages dilate their convolutions instead of halving the resolution, a classifier of its
 * features, at an eighth of the image's size, and bilinear interpolation to the image's size. {@code [N, 3, H, W]}
 * becomes logits {@code [N, classes, H, W]}. Images are prepared by {@link
 * fathom.vision.transforms.Transforms#normalizeImagenet()}.
 *
 * {@snippet :
 * var net = SegmentationModel.deeplabv3_resnet50(o -> o.auxiliary());
 * net.loadStateDict(StateDict.load(Path.of("deeplabv3_resnet50_coco-cd0a2569.pth")));
 * var classes = net.eval().call(image).argmax(1);
 * }
 *
 * @see <a href="https://arxiv.org/abs/1411.4038">Fully Convolutional Networks for Semantic Segmentation</a>
 * @see <a href="https://arxiv.org/abs/1706.05587">Rethinking Atrous Convolution for Semantic Image Segmentation</a>
 */
public final class SegmentationModel extends Layer {
    private final Backbone backbone;
    private final Layer classifier;
    private final @Nullable Layer auxClassifier;

    private final transient String name;

    /** Creates the classifier of features of a number of channels. */
    @FunctionalInterface
    private interface Head {
        Layer of(int features, int classes);
    }

    private SegmentationModel(String name, ResNet body, Head head, Options options) {
        this.name = name;
        backbone = new Backbone(body);
        int features = Math.toIntExact(body.block("fc", Linear.class).weight.size(1));
        classifier = head.of(features, options.classes);
        auxClassifier = options.auxiliary ? fcnHead(features / 2, options.classes) : null;
    }

    /** Options of torchvision's segmentation networks, with its defaults. */
    public static final class Options {
        private int classes = Voc2012.classNames().size();
        private int width = 64;
        private boolean auxiliary;

        private Options() {}

        /** The number of classes, with background; 21 unless set. */
        public Options classes(int classes) {
            this.classes = classes;
            return this;
        }

        /** The output channels of the ResNet's first convolution, {@link ResNet.Options#width}; 64 unless set. */
        public Options width(int width) {
            this.width = width;
            return this;
        }

        /** Adds a classifier of the third stage's features, as torchvision's weight files have; none unless set. */
        public Options auxiliary() {
            this.auxiliary = true;
            return this;
        }
    }

    /** {@return a fully convolutional network on a dilated ResNet-50: 32,957,013 parameters} */
    public static SegmentationModel fcn_resnet50() {
        return fcn_resnet50(o -> {});
    }

    /** {@return a fully convolutional network on a dilated ResNet-50, with options} */
    public static SegmentationModel fcn_resnet50(Consumer<Options> options) {
        return create("FCN", ResNet::resnet50, SegmentationModel::fcnHead, options);
    }

    /** {@return a fully convolutional network on a dilated ResNet-101, with options} */
    public static SegmentationModel fcn_resnet101(Consumer<Options> options) {
        return create("FCN", ResNet::resnet101, SegmentationModel::fcnHead, options);
    }

    /** {@return DeepLabV3 on a dilated ResNet-50: 39,638,869 parameters} */
    public static SegmentationModel deeplabv3_resnet50() {
        return deeplabv3_resnet50(o -> {});
    }

    /** {@return DeepLabV3 on a dilated ResNet-50, with options} */
    public static SegmentationModel deeplabv3_resnet50(Consumer<Options> options) {
        return create("DeepLabV3", ResNet::resnet50, SegmentationModel::deepLabHead, options);
    }

    /** {@return DeepLabV3 on a dilated ResNet-101, with options} */
    public static SegmentationModel deeplabv3_resnet101(Consumer<Options> options) {
        return create("DeepLabV3", ResNet::resnet101, SegmentationModel::deepLabHead, options);
    }

    private static SegmentationModel create(
            String name, Function<Consumer<ResNet.Options>, ResNet> body, Head head, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        ResNet resnet = body.apply(r -> r.width(o.width).replaceStrideWithDilation(false, true, true));
        return new SegmentationModel(name, resnet, head, o);
    }

    private static Sequential fcnHead(int features, int classes) {
        int inner = features / 4;
        return new Sequential(
                new Conv2d(features, inner, 3, c -> c.padding(1).bias(false)),
                new BatchNorm2d(inner),
                new ReLU(),
                new Dropout(0.1),
                new Conv2d(inner, classes, 1));
    }

    private static Sequential deepLabHead(int features, int classes) {
        return new Sequential(
                new AtrousPyramid(features, AtrousPyramid.CHANNELS, 12, 24, 36),
                new Conv2d(AtrousPyramid.CHANNELS, AtrousPyramid.CHANNELS, 3, c -> c.padding(1).bias(false)),
                new BatchNorm2d(AtrousPyramid.CHANNELS),
                new ReLU(),
                new Conv2d(AtrousPyramid.CHANNELS, classes, 1));
    }

    /** {@return whether there is an auxiliary classifier} */
    public boolean hasAuxiliary() {
        return auxClassifier != null;
    }

    /**
     * Logits of the classes, {@code [N, classes, H, W]}.
     *
     * @param out those of the classifier
     * @param auxiliary those of the auxiliary classifier
     */
    public record Output(Tensor out, Tensor auxiliary) {}

    /**
     * {@return the logits of both classifiers, for training}
     *
     * @throws IllegalStateException if there is no auxiliary classifier
     */
    public Output output(Tensor x) {
        Layer head = auxClassifier;
        if (head == null) {
            throw new IllegalStateException(
                    "%s: there is no auxiliary classifier; see Options.auxiliary".formatted(name));
        }
        Tensor third = backbone.third(x);
        return new Output(enlarged(classifier.call(backbone.layer4.call(third)), x), enlarged(head.call(third), x));
    }

    @Override
    public Tensor forward(Tensor x) {
        return enlarged(classifier.call(backbone.call(x)), x);
    }

    private static Tensor enlarged(Tensor scores, Tensor x) {
        return Tensors.interpolate(scores, o -> o.size(x.size(2), x.size(3)).mode(Mode.BILINEAR));
    }

    @Override
    protected String reprName() {
        return name;
    }

    /** The layers of a ResNet before the pooling over all pixels, under their names. */
    private static final class Backbone extends Layer {
        private final Layer conv1;
        private final Layer bn1;
        private final Layer relu;
        private final Layer maxpool;
        private final Layer layer1;
        private final Layer layer2;
        private final Layer layer3;
        private final Layer layer4;

        Backbone(ResNet net) {
            conv1 = net.block("conv1", Layer.class);
            bn1 = net.block("bn1", Layer.class);
            relu = net.block("relu", Layer.class);
            maxpool = net.block("maxpool", Layer.class);
            layer1 = net.block("layer1", Layer.class);
            layer2 = net.block("layer2", Layer.class);
            layer3 = net.block("layer3", Layer.class);
            layer4 = net.block("layer4", Layer.class);
        }

        /** {@return the third stage's features} */
        Tensor third(Tensor x) {
            Tensor y = maxpool.call(relu.call(bn1.call(conv1.call(x))));
            return layer3.call(layer2.call(layer1.call(y)));
        }

        @Override
        public Tensor forward(Tensor x) {
            return layer4.call(third(x));
        }

        @Override
        protected String reprName() {
            return "IntermediateLayerGetter";
        }
    }

    /** For {@code fathom train fcn_resnet50}. */
    public static final class FcnRecipe extends SegmentationRecipe {
        /** Of torchvision's FCN. */
        public FcnRecipe() {
            super(
                    "fcn_resnet50",
                    "torchvision's FCN on a dilated ResNet-50",
                    "",
                    HyperParameters.of("adam", 1e-3).withEpochs(30).withBatchSize(8),
                    "320x480",
                    "320x480",
                    weights("fcn_resnet50_coco-1167a1af.pth or resnet50-0676ba61.pth"),
                    width(64));
        }

        @Override
        Layer network(SegmentationOptions options) {
            return options.load(fcn_resnet50(o -> options.configure(o)));
        }
    }

    /** For {@code fathom train deeplabv3_resnet50}. */
    public static final class DeepLabRecipe extends SegmentationRecipe {
        /** Of torchvision's DeepLabV3. */
        public DeepLabRecipe() {
            super(
                    "deeplabv3_resnet50",
                    "torchvision's DeepLabV3 on a dilated ResNet-50",
                    "",
                    HyperParameters.of("adam", 1e-3).withEpochs(30).withBatchSize(8),
                    "320x480",
                    "320x480",
                    weights("deeplabv3_resnet50_coco-cd0a2569.pth or resnet50-0676ba61.pth"),
                    width(64));
        }

        @Override
        Layer network(SegmentationOptions options) {
            return options.load(deeplabv3_resnet50(o -> options.configure(o)));
        }
    }
}
