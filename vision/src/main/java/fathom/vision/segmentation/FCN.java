package fathom.vision.segmentation;

import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.datasets.Voc2012;
import fathom.vision.models.ResNet;
import java.util.List;

/**
 * A fully convolutional network (Long, Shelhamer and Darrell, 2015) as the course has it: the body of a ResNet, a 1 x 1
 * convolution to a map of class scores at a thirty-second of the size, and a transposed convolution, initialised as
 * bilinear interpolation, back to the size of the image. {@code [N, 3, H, W]} becomes logits {@code [N, classes, H, W]}
 * if H and W are multiples of 32; else both are rounded up to such.
 *
 * {@snippet :
 * var resnet = ResNet.resnet18();
 * resnet.loadStateDict(StateDict.load(Path.of("resnet18-f37072fd.pth")));
 * var net = new FCN(resnet, 21);
 * }
 *
 * <p>Names of parameters are those of the course's network: {@code 0} to {@code 7}, {@code final_conv}, {@code
 * transpose_conv}. torchvision's FCN, which has a dilated ResNet, is {@link SegmentationModel#fcn_resnet50()}.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/fcn.html">Dive into Deep Learning, Fully Convolutional
 *     Networks</a>
 */
public final class FCN extends Sequential {
    /** The input's size divided by the size of the map of class scores. */
    public static final int STRIDE = 32;

    /** On a newly initialised ResNet-18. */
    public FCN(int classes) {
        this(ResNet.resnet18(), classes);
    }

    /**
     * On the body of a network whose last two layers are the pooling over all pixels and the classifier; it is shared.
     *
     * @param classes the number of classes, with background
     */
    public FCN(ResNet body, int classes) {
        List<Layer> layers = body.children(Layer.class);
        layers.subList(0, layers.size() - 2).forEach(this::add);
        int features = Math.toIntExact(body.block("fc", Linear.class).weight.size(1));
        var scores = new Conv2d(features, classes, 1);
        Init.xavierUniform_(scores.weight);
        var upsampling = new ConvTranspose2d(classes, classes, 2 * STRIDE, c -> c.stride(STRIDE).padding(STRIDE / 2));
        Init.bilinear_(upsampling.weight);
        add("final_conv", scores);
        add("transpose_conv", upsampling);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 13.11. */
    public static final class Recipe extends SegmentationRecipe {
        /** For {@code fathom train fcn}. */
        public Recipe() {
            super(
                    "fcn",
                    "a fully convolutional network on ResNet-18",
                    "13.11",
                    HyperParameters.of("adam", 1e-3).withEpochs(30).withBatchSize(8),
                    "320x480",
                    "320x480",
                    weights("resnet18-f37072fd.pth"),
                    width(64));
        }

        @Override
        int stride() {
            return STRIDE;
        }

        @Override
        Layer network(SegmentationOptions options) {
            return new FCN(options.body(), Voc2012.classNames().size());
        }
    }
}
