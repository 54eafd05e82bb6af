package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.datasets.Voc2012;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * U-Net (Ronneberger, Fischer and Brox, 2015): a path down, whose steps halve the resolution and double the channels,
 * and a path up, each of whose steps also receives the features of its resolution from the path down. {@code [N, 3, H,
 * W]} becomes logits {@code [N, classes, H, W]}; H and W may be any of at least 16.
 *
 * <p>Unlike the paper's, convolutions are padded, so that the result has the image's size, and are followed by batch
 * norm.
 *
 * {@snippet :
 * var net = new UNet(o -> o.classes(21).width(32));
 * }
 *
 * @see <a href="https://arxiv.org/abs/1505.04597">U-Net: Convolutional Networks for Biomedical Image Segmentation</a>
 */
public final class UNet extends Layer {
    private final ModuleList<Layer> down = new ModuleList<>();
    private final ModuleList<Layer> up = new ModuleList<>();
    private final ModuleList<Layer> merge = new ModuleList<>();
    private final transient MaxPool2d pool = new MaxPool2d(2);
    private final Conv2d head;
    private final transient int depth;

    /** The paper's widths, for three channels and 21 classes. */
    public UNet() {
        this(o -> {});
    }

    /** With options: {@code new UNet(o -> o.classes(2).width(16))}. */
    public UNet(Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        depth = o.depth;
        int in = o.channels;
        for (int i = 0; i <= depth; i++) {
            down.add(convolutions(in, o.width << i));
            in = o.width << i;
        }
        for (int i = depth - 1; i >= 0; i--) {
            int out = o.width << i;
            up.add(new ConvTranspose2d(2 * out, out, 2, c -> c.stride(2)));
            merge.add(convolutions(2 * out, out));
        }
        head = new Conv2d(o.width, o.classes, 1);
    }

    /**
     * Two convolutions of 3 x 3, each with batch norm and ReLU: {@code [N, in, H, W]} becomes {@code [N, out, H, W]}.
     */
    private static Sequential convolutions(int in, int out) {
        return new Sequential(
                new Conv2d(in, out, 3, c -> c.padding(1).bias(false)),
                new BatchNorm2d(out),
                new ReLU(),
                new Conv2d(out, out, 3, c -> c.padding(1).bias(false)),
                new BatchNorm2d(out),
                new ReLU());
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.dim() != 4 || x.size(2) < 1 << depth || x.size(3) < 1 << depth) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "UNet: expected images [N, C, H, W] of at least %d x %d pixels, got %s",
                            1 << depth,
                            1 << depth,
                            x.shape()));
        }
        var skips = new ArrayList<Tensor>();
        Tensor y = down.get(0).call(x);
        for (int i = 1; i <= depth; i++) {
            skips.add(y);
            y = down.get(i).call(pool.forward(y));
        }
        for (int i = 0; i < depth; i++) {
            Tensor skip = skips.get(depth - 1 - i);
            y = like(up.get(i).call(y), skip);
            y = merge.get(i).call(Tensors.cat(List.of(skip, y), 1));
        }
        return head.call(y);
    }

    /** {@return features with a last row and column of zeros where the pooling dropped one} */
    private static Tensor like(Tensor y, Tensor skip) {
        long rows = skip.size(2) - y.size(2);
        long columns = skip.size(3) - y.size(3);
        return rows == 0 && columns == 0 ? y : Tensors.pad(y, 0, columns, 0, rows);
    }

    /** Options of a U-Net. */
    public static final class Options {
        private int channels = 3;
        private int classes = Voc2012.classNames().size();
        private int width = 64;
        private int depth = 4;

        private Options() {}

        /** The number of input channels; 3 unless set. */
        public Options channels(int channels) {
            this.channels = positive("channels", channels);
            return this;
        }

        /** The number of classes, with background; 21 unless set. */
        public Options classes(int classes) {
            this.classes = positive("classes", classes);
            return this;
        }

        /** The channels at full resolution; 64 unless set. */
        public Options width(int width) {
            this.width = positive("width", width);
            return this;
        }

        /** The number of times that the resolution is halved; 4 unless set. */
        public Options depth(int depth) {
            this.depth = positive("depth", depth);
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "UNet: %s must be at least 1, is %d", name, value));
            }
            return value;
        }
    }

    /** Training on Pascal VOC 2012. */
    public static final class Recipe extends SegmentationRecipe {
        private static final int WIDTH = 16;

        /** For {@code fathom train unet}. */
        public Recipe() {
            super(
                    "unet",
                    "U-Net with batch norm",
                    "",
                    HyperParameters.of("adam", 3e-3).withEpochs(90).withBatchSize(16).withDecay(0.97),
                    "96x144",
                    "160x240",
                    width(WIDTH));
        }

        @Override
        Layer network(SegmentationOptions options) {
            return new UNet(o -> o.width(options.width(WIDTH)));
        }
    }
}
