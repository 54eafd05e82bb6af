package fathom.vision.detection.models;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.MaxPool2d;
import fathom.vision.detection.pyramid.DetectionBackbone;
import java.util.ArrayList;
import java.util.List;

/**
 * VGG-16 without its head, with its last pooling weakened and its first two linear layers as dilated convolutions, and
 * further convolutions down to one position: six maps for images of 300 x 300 pixels (Liu et al., 2016, figure 2).
 */
final class SSDFeatureExtractorVGG extends DetectionBackbone {
    private static final int[] WIDTHS = {64, 128, 256, 512, 512};
    private static final int[] DEPTHS = {2, 2, 3, 3, 3};

    private final Tensor scaleWeight;
    private final Sequential features = new Sequential();
    private final ModuleList<Layer> extra = new ModuleList<>();
    private final transient List<Integer> outChannels;

    /**
     * @param divisor of all channels; 1 in torchvision
     */
    SSDFeatureExtractorVGG(int divisor) {
        int normed = 512 / divisor;
        scaleWeight = parameter(Tensors.full(20, DType.FLOAT32, normed));
        var last = new Sequential();
        int in = 3;
        for (int stage = 0; stage < WIDTHS.length; stage++) {
            boolean isRounded = stage == 3; // the pooling before this stage rounds up
            Sequential to = stage < 4 ? features : last;
            if (stage > 0) {
                to.add(new MaxPool2d(2, p -> p.stride(2).ceilMode(isRounded)));
            }
            for (int i = 0; i < DEPTHS[stage]; i++) {
                Conv2d c = new Conv2d(in, WIDTHS[stage] / divisor, 3, o -> o.padding(1));
                Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT).nonlinearity(Init.Nonlinearity.RELU));
                zero(c);
                to.add(c);
                to.add(new ReLU());
                in = WIDTHS[stage] / divisor;
            }
        }
        int wide = 1024 / divisor;
        int before = in;
        last.add(
                new Sequential(
                        new MaxPool2d(3, p -> p.stride(1).padding(1)),
                        initialised(new Conv2d(before, wide, 3, c -> c.padding(6).dilation(6))),
                        new ReLU(),
                        initialised(new Conv2d(wide, wide, 1)),
                        new ReLU()));
        extra.add(last);
        extra.add(reduced(wide, 256 / divisor, 512 / divisor, true));
        extra.add(reduced(512 / divisor, 128 / divisor, 256 / divisor, true));
        extra.add(reduced(256 / divisor, 128 / divisor, 256 / divisor, false));
        extra.add(reduced(256 / divisor, 128 / divisor, 256 / divisor, false));
        outChannels = List.of(normed, wide, 512 / divisor, 256 / divisor, 256 / divisor, 256 / divisor);
    }

    private static Sequential reduced(int in, int inner, int out, boolean halves) {
        return new Sequential(
                initialised(new Conv2d(in, inner, 1)),
                new ReLU(),
                initialised(new Conv2d(inner, out, 3, c -> c.padding(halves ? 1 : 0).stride(halves ? 2 : 1))),
                new ReLU());
    }

    static Conv2d initialised(Conv2d c) {
        Init.xavierUniform_(c.weight);
        zero(c);
        return c;
    }

    private static void zero(Conv2d c) {
        if (c.bias != null) {
            Init.zeros_(c.bias);
        }
    }

    @Override
    public List<Tensor> features(Tensor x) {
        Tensor y = features.call(x);
        var maps = new ArrayList<Tensor>();
        maps.add(scaleWeight.reshape(1, -1, 1, 1).mul(Tensors.normalize(y)));
        for (Layer block : extra) {
            y = block.call(y);
            maps.add(y);
        }
        return maps;
    }

    @Override
    public List<Integer> outChannels() {
        return outChannels;
    }
}
