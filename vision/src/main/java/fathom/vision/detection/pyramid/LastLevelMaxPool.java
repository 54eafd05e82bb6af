package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/** One further feature map: every second row and column of the smallest one, as in Faster R-CNN. */
public final class LastLevelMaxPool extends ExtraFPNBlock {
    /** Has no parameters. */
    public LastLevelMaxPool() {}

    @Override
    public List<Tensor> extra(List<Tensor> pyramid, List<Tensor> inputs) {
        return List.of(Tensors.maxPool2d(pyramid.getLast(), 1, p -> p.stride(2)));
    }

    @Override
    public int count() {
        return 1;
    }
}
