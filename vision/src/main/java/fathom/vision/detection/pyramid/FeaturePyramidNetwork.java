package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.ModuleList;
import fathom.nn.conv.Conv2d;
import fathom.vision.layers.Conv2dNormActivation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature pyramid (Lin et al., 2017, "Feature Pyramid Networks for Object Detection") with torchvision's names and
 * results: each feature map, projected to a common number of channels, is added to the enlarged sum of the smaller
 * ones, and smoothed by a 3 x 3 convolution.
 *
 * {@snippet :
 * var fpn = new FeaturePyramidNetwork(List.of(10, 20, 30), 5, new LastLevelMaxPool());
 * List<Tensor> maps = fpn.pyramid(List.of(c3, c4, c5));   // three maps of 5 channels, and a fourth, smaller one
 * }
 */
public final class FeaturePyramidNetwork extends Block {
    private final ModuleList<Layer> innerBlocks = new ModuleList<>();
    private final ModuleList<Layer> layerBlocks = new ModuleList<>();
    private final @Nullable ExtraFPNBlock extraBlocks;

    /**
     * A pyramid.
     *
     * @param inChannels the channels of each input, the largest map first
     * @param outChannels those of all outputs
     * @param extraBlocks further maps; null for none
     */
    public FeaturePyramidNetwork(List<Integer> inChannels, int outChannels, @Nullable ExtraFPNBlock extraBlocks) {
        if (inChannels.isEmpty()) {
            throw new IllegalArgumentException("FeaturePyramidNetwork: expected at least one feature map");
        }
        for (int in : inChannels) {
            innerBlocks.add(convolution(in, outChannels, 1));
            layerBlocks.add(convolution(outChannels, outChannels, 3));
        }
        this.extraBlocks = extraBlocks;
    }

    private static Layer convolution(int in, int out, int kernel) {
        var layer = new Conv2dNormActivation(in, out, kernel, c -> c.norm(null).activation(null));
        layer.blocks(Conv2d.class).forEach(FeaturePyramidNetwork::initialise);
        return layer;
    }

    static void initialise(Conv2d c) {
        Init.kaimingUniform_(c.weight, k -> k.a(1));
        if (c.bias != null) {
            Init.zeros_(c.bias);
        }
    }

    /**
     * {@return the pyramid's feature maps, as many as inputs and the extra ones}
     *
     * @param inputs {@code [N, C, H, W]}, the largest first
     * @throws IllegalArgumentException if there are more or fewer inputs than announced
     */
    public List<Tensor> pyramid(List<Tensor> inputs) {
        if (inputs.size() != innerBlocks.size()) {
            throw new IllegalArgumentException(
                    "FeaturePyramidNetwork: expected %s feature maps, got %s"
                            .formatted(innerBlocks.size(), inputs.size()));
        }
        int last = inputs.size() - 1;
        var results = new ArrayList<Tensor>();
        Tensor inner = innerBlocks.get(last).call(inputs.get(last));
        results.add(layerBlocks.get(last).call(inner));
        for (int i = last - 1; i >= 0; i--) {
            Tensor lateral = innerBlocks.get(i).call(inputs.get(i));
            inner = lateral.add(Tensors.interpolate(inner, o -> o.size(lateral.size(2), lateral.size(3))));
            results.addFirst(layerBlocks.get(i).call(inner));
        }
        if (extraBlocks != null) {
            results.addAll(extraBlocks.extra(results, inputs));
        }
        return results;
    }
}
