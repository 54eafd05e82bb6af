package fathom.vision.segmentation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import java.util.ArrayList;

/**
 * Atrous spatial pyramid pooling, ASPP (Chen et al., 2017): a 1 x 1 convolution, 3 x 3 convolutions of several
 * dilations and the mean over all pixels, side by side, and a 1 x 1 convolution of all of them. {@code [N, C, H, W]}
 * becomes {@code [N, channels, H, W]}. Names are torchvision's.
 */
final class AtrousPyramid extends Layer {
    /** DeepLabV3's channels. */
    static final int CHANNELS = 256;

    private final ModuleList<Layer> convs = new ModuleList<>();
    private final Sequential project;

    AtrousPyramid(int in, int channels, int... dilations) {
        convs.add(
                new Sequential(new Conv2d(in, channels, 1, c -> c.bias(false)), new BatchNorm2d(channels), new ReLU()));
        for (int d : dilations) {
            convs.add(
                    new Sequential(
                            new Conv2d(in, channels, 3, c -> c.padding(d).dilation(d).bias(false)),
                            new BatchNorm2d(channels),
                            new ReLU()));
        }
        convs.add(
                new Sequential(
                        new AdaptiveAvgPool2d(1, 1),
                        new Conv2d(in, channels, 1, c -> c.bias(false)),
                        new BatchNorm2d(channels),
                        new ReLU()));
        project =
                new Sequential(
                        new Conv2d(convs.size() * channels, channels, 1, c -> c.bias(false)),
                        new BatchNorm2d(channels),
                        new ReLU(),
                        new Dropout(0.5));
    }

    @Override
    public Tensor forward(Tensor x) {
        var branches = new ArrayList<Tensor>();
        for (Layer branch : convs) {
            Tensor y = branch.call(x);
            // the mean over all pixels, at every pixel
            branches.add(y.size(2) == x.size(2) && y.size(3) == x.size(3) ? y : y.expand(-1, -1, x.size(2), x.size(3)));
        }
        return project.call(Tensors.cat(branches, 1));
    }

    @Override
    protected String reprName() {
        return "ASPP";
    }
}
