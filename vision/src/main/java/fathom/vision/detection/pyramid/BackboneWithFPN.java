package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.vision.models.MobileNetV3;
import fathom.vision.models.ResNet;
import java.util.Collections;
import java.util.List;

/**
 * A classifier's convolutions with a {@link FeaturePyramidNetwork} on top: torchvision's {@code BackboneWithFPN}.
 *
 * {@snippet :
 * var backbone = BackboneWithFPN.resnet(ResNet.resnet50(), List.of(1, 2, 3, 4), 256, new LastLevelMaxPool());
 * List<Tensor> maps = backbone.features(images);   // 256 channels each: H/4, H/8, H/16, H/32, H/64
 * }
 */
public final class BackboneWithFPN extends DetectionBackbone {
    private final IntermediateLayers body;
    private final FeaturePyramidNetwork fpn;
    private final transient List<Integer> outChannels;

    /**
     * Adds a pyramid.
     *
     * @param body the layers whose outputs it is built of
     * @param inChannels their channels
     * @param outChannels the pyramid's
     * @param extraBlocks further maps
     */
    public BackboneWithFPN(
            IntermediateLayers body, List<Integer> inChannels, int outChannels, ExtraFPNBlock extraBlocks) {
        this.body = body;
        fpn = new FeaturePyramidNetwork(inChannels, outChannels, extraBlocks);
        this.outChannels = List.copyOf(Collections.nCopies(inChannels.size() + extraBlocks.count(), outChannels));
    }

    /**
     * {@return a pyramid on a residual network}
     *
     * @param net of any size and width; its head is left out
     * @param stages which of the stages 1 to 4, in order; their maps have 1/4 to 1/32 of the image's size
     * @param outChannels the pyramid's; 256 in torchvision
     * @param extraBlocks further maps
     */
    public static BackboneWithFPN resnet(ResNet net, List<Integer> stages, int outChannels, ExtraFPNBlock extraBlocks) {
        if (stages.isEmpty() || stages.stream().anyMatch(s -> s < 1 || s > 4)) {
            throw new IllegalArgumentException("BackboneWithFPN: expected stages from 1 to 4, got " + stages);
        }
        int last = Math.toIntExact(net.block("fc", Linear.class).weight.size(1));
        return new BackboneWithFPN(
                new IntermediateLayers(net, stages.stream().map(s -> "layer" + s).toList()),
                stages.stream().map(s -> last >> 4 - s).toList(),
                outChannels,
                extraBlocks);
    }

    /**
     * {@return a pyramid on the last two stages of a large MobileNetV3, both at 1/32 of the image's size, as in
     * torchvision}
     */
    public static BackboneWithFPN mobilenet(MobileNetV3 net, int outChannels, ExtraFPNBlock extraBlocks) {
        Sequential features = net.features;
        int n = features.children().size();
        int wide = Math.toIntExact(net.classifier.block("0", Linear.class).weight.size(1));
        int lastStage = n - 4; // three blocks and a convolution
        return new BackboneWithFPN(
                new IntermediateLayers(features, List.of(Integer.toString(lastStage), Integer.toString(n - 1))),
                List.of(wide / 6, wide),
                outChannels,
                extraBlocks);
    }

    @Override
    public List<Tensor> features(Tensor x) {
        return fpn.pyramid(body.outputs(x));
    }

    @Override
    public List<Integer> outChannels() {
        return outChannels;
    }

    /** {@return the classifier's layers, to freeze them or to load their weights} */
    public Layer body() {
        return body;
    }
}
