package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.nn.Block;
import java.util.List;

/** Computes further, smaller feature maps on top of a {@link FeaturePyramidNetwork}. */
public abstract class ExtraFPNBlock extends Block {
    /** A block. */
    protected ExtraFPNBlock() {}

    /**
     * {@return the further feature maps, the largest first}
     *
     * @param pyramid the network's feature maps, the smallest last
     * @param inputs the backbone's
     */
    public abstract List<Tensor> extra(List<Tensor> pyramid, List<Tensor> inputs);

    /** {@return the number of further feature maps} */
    public abstract int count();
}
