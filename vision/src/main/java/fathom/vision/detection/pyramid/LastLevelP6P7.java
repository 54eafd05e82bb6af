package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.nn.conv.Conv2d;
import java.util.List;

/**
 * Two further feature maps, by convolutions of stride 2, as in RetinaNet (Lin et al., 2017, "Focal Loss for Dense
 * Object Detection"): the first of the pyramid's smallest map if the channels agree, else of the backbone's.
 */
public final class LastLevelP6P7 extends ExtraFPNBlock {
    private final Conv2d p6;
    private final Conv2d p7;
    private final transient boolean isOfPyramid;

    /** From {@code inChannels} channels to {@code outChannels}, those of the pyramid. */
    public LastLevelP6P7(int inChannels, int outChannels) {
        p6 = new Conv2d(inChannels, outChannels, 3, c -> c.stride(2).padding(1));
        p7 = new Conv2d(outChannels, outChannels, 3, c -> c.stride(2).padding(1));
        isOfPyramid = inChannels == outChannels;
        FeaturePyramidNetwork.initialise(p6);
        FeaturePyramidNetwork.initialise(p7);
    }

    @Override
    public List<Tensor> extra(List<Tensor> pyramid, List<Tensor> inputs) {
        Tensor sixth = p6.call(isOfPyramid ? pyramid.getLast() : inputs.getLast());
        return List.of(sixth, p7.call(sixth.relu()));
    }

    @Override
    public int count() {
        return 2;
    }
}
