package fathom.bench.work;

import java.util.ArrayList;
import java.util.List;

/** The models of the table, with their input shapes and the cost of their matrix products. */
public enum Model {
    /** 784-256-10 on images of 28 x 28. */
    MLP(203_530, 28, List.of(new Layer(1, 784, 256), new Layer(1, 256, 10))),
    /** The course's, with sigmoids and average pooling, on images of 28 x 28. */
    LENET(
            61_706,
            28,
            List.of(
                    new Layer(28 * 28, 25, 6),
                    new Layer(10 * 10, 6 * 25, 16),
                    new Layer(1, 400, 120),
                    new Layer(1, 120, 84),
                    new Layer(1, 84, 10))),
    /** The course's, on images of 224 x 224 with one channel. */
    ALEXNET(
            46_764_746,
            224,
            List.of(
                    new Layer(54 * 54, 121, 96),
                    new Layer(26 * 26, 96 * 25, 256),
                    new Layer(12 * 12, 256 * 9, 384),
                    new Layer(12 * 12, 384 * 9, 384),
                    new Layer(12 * 12, 384 * 9, 256),
                    new Layer(1, 6400, 4096),
                    new Layer(1, 4096, 4096),
                    new Layer(1, 4096, 10))),
    /** The course's, with a quarter of VGG-11's channels, on images of 224 x 224 with one channel. */
    VGG11(
            43_093_322,
            224,
            List.of(
                    new Layer(224 * 224, 9, 16),
                    new Layer(112 * 112, 16 * 9, 32),
                    new Layer(56 * 56, 32 * 9, 64),
                    new Layer(56 * 56, 64 * 9, 64),
                    new Layer(28 * 28, 64 * 9, 128),
                    new Layer(28 * 28, 128 * 9, 128),
                    new Layer(14 * 14, 128 * 9, 128),
                    new Layer(14 * 14, 128 * 9, 128),
                    new Layer(1, 128 * 49, 4096),
                    new Layer(1, 4096, 4096),
                    new Layer(1, 4096, 10))),
    /** The course's, on images of 96 x 96 with one channel. */
    RESNET18(11_178_378, 96, resnet18()),
    /** A language model on characters: {@link #STEPS} steps, hidden 256, vocabulary {@link #VOCABULARY}. */
    GRU(226_844, 0, List.of(new Layer(35, 28, 768), new Layer(35, 256, 768), new Layer(35, 256, 28))),
    /** One encoder layer: {@link #TOKENS} tokens of width {@link #WIDTH}, {@link #HEADS} heads. */
    TRANSFORMER(
            789_760,
            0,
            List.of(
                    new Layer(128, 256, 3 * 256),
                    new Layer(128, 256, 128), // queries by keys, all heads together
                    new Layer(128, 128, 256), // weights by values
                    new Layer(128, 256, 256),
                    new Layer(128, 256, Model.FEED_FORWARD),
                    new Layer(128, Model.FEED_FORWARD, 256))),
    /** torchvision's networks with its 1,000 classes, on images of 224 x 224; here and below with three channels. */
    RESNET50(25_557_032, 4.089, new Layer(112 * 112, 3 * 49, 64)),
    /** torchvision's. */
    MOBILENET_V2(3_504_872, 0.301, new Layer(112 * 112, 3 * 9, 32)),
    /** torchvision's. */
    EFFICIENTNET_B0(5_288_548, 0.386, new Layer(112 * 112, 3 * 9, 32)),
    /** torchvision's. */
    VIT_B_16(86_567_656, 17.564, new Layer(14 * 14, 3 * 256, 768)),
    /** torchvision's. */
    CONVNEXT_TINY(28_589_128, 4.456, new Layer(56 * 56, 3 * 16, 96)),
    /** torchvision's. */
    SWIN_T(28_288_354, 4.491, new Layer(56 * 56, 3 * 16, 96)),
    /** Six blocks of width 192 with 3 heads on patches of 4 x 4, for images of 32 x 32 and 10 classes. */
    VIT_TINY(2_693_578, 32, 3, 10, 0.18285, new Layer(64, 3 * 16, 192)),
    /** The course's detector of one class, on images of 256 x 256. */
    TINYSSD(1_010_376, 256, 3, 2, 0.97663, new Layer(256 * 256, 3 * 9, 16)),
    /** The course's segmentation on a ResNet-18, on crops of 320 x {@link #CROP_WIDTH} with the 21 classes of VOC. */
    FCN(12_993_642, 320, 3, 21, 5.82428, new Layer(160 * 240, 3 * 49, 64)),
    /** PP-OCRv4's detector of text, from its ONNX file, on images of 640 x 640. */
    PPOCR_DETECTOR(1_171_488, 640, 3, 0, 0, new Layer(0, 0, 0)),
    /** PP-OCRv4's recogniser, from its ONNX file, on lines of 48 x {@link #LINE_WIDTH}. */
    PPOCR_RECOGNISER(2_688_397, 48, 3, 0, 0, new Layer(0, 0, 0));

    /** The width of the crops for segmentation; other images are square. */
    public static final int CROP_WIDTH = 480;

    /** The width of the lines of text that are recognised. */
    public static final int LINE_WIDTH = 320;

    /** Sequence length of the language model. */
    public static final int STEPS = 35;

    /** Vocabulary size of the language model. */
    public static final int VOCABULARY = 28;

    /** Hidden units of the language model. */
    public static final int HIDDEN = 256;

    /** Tokens of the Transformer layer. */
    public static final int TOKENS = 128;

    /** Width of the Transformer layer. */
    public static final int WIDTH = 256;

    /** Heads of the Transformer layer. */
    public static final int HEADS = 4;

    /** Hidden units of the Transformer layer's feed-forward network. */
    public static final int FEED_FORWARD = 1024;

    /** Dropout probability of the Transformer layer. */
    public static final double DROPOUT = 0.1;

    /** A matrix product {@code [positions, in] x [in, out]}. */
    private record Layer(int positions, int in, int out) {
        double flops() {
            return 2.0 * positions * in * out;
        }
    }

    private static final int IMAGENET_SIDE = 224;
    private static final int IMAGENET_CLASSES = 1000;

    private final long parameters;
    private final int side;
    private final int channels;
    private final int classes;
    private final double flops;
    private final double firstFlops;

    /** A model of the course on images with one channel, or one of other inputs, whose side is 0. */
    Model(long parameters, int side, List<Layer> layers) {
        this.parameters = parameters;
        this.side = side;
        this.channels = 1;
        this.classes = 10;
        this.flops = layers.stream().mapToDouble(Layer::flops).sum();
        this.firstFlops = layers.getFirst().flops();
    }

    /** A model of ImageNet's classes, with the published multiply-adds of an image, in billions. */
    Model(long parameters, double multiplyAdds, Layer first) {
        this(parameters, IMAGENET_SIDE, 3, IMAGENET_CLASSES, multiplyAdds, first);
    }

    Model(long parameters, int side, int channels, int classes, double multiplyAdds, Layer first) {
        this.parameters = parameters;
        this.side = side;
        this.channels = channels;
        this.classes = classes;
        this.flops = 2e9 * multiplyAdds;
        this.firstFlops = first.flops();
    }

    /**
     * Verifies that both sides have the same model.
     *
     * @param count the number of parameters of a side's model
     * @throws IllegalStateException if it differs from this model's
     */
    public void checkParameters(long count) {
        ParameterCount.check(this, parameters, count);
    }

    /** {@return the height of its images, and their width unless a constant states another; 0 for other inputs} */
    public int side() {
        return side;
    }

    /** {@return the channels of its images} */
    public int channels() {
        return channels;
    }

    /** {@return the number of classes of the image models} */
    public int classes() {
        return classes;
    }

    double forwardFlops(int batch) {
        return batch * flops;
    }

    /** Three times the forward cost, minus the first layer's gradient of its input, which is not computed. */
    double trainingFlops(int batch) {
        return batch * (3 * flops - firstFlops);
    }

    private static List<Layer> resnet18() {
        var layers = new ArrayList<>(List.of(new Layer(48 * 48, 49, 64)));
        int in = 64;
        int size = 24;
        for (int out : new int[] {64, 128, 256, 512}) {
            boolean smaller = out != in;
            size = smaller ? size / 2 : size;
            layers.add(new Layer(size * size, in * 9, out));
            if (smaller) {
                layers.add(new Layer(size * size, in, out));
            }
            for (int i = 0; i < 3; i++) {
                layers.add(new Layer(size * size, out * 9, out));
            }
            in = out;
        }
        layers.add(new Layer(1, 512, 10));
        return layers;
    }
}
