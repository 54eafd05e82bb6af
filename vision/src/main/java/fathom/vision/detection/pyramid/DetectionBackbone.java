package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.nn.Layer;
import java.util.List;

/** The part of a detector that computes feature maps of several resolutions. */
public abstract class DetectionBackbone extends Layer {
    /** A backbone. */
    protected DetectionBackbone() {}

    /**
     * {@return feature maps {@code [N, C, H, W]}, the largest first}
     *
     * @param x normalised images {@code [N, 3, H, W]}
     */
    public abstract List<Tensor> features(Tensor x);

    /** {@return the channels of each of the feature maps} */
    public abstract List<Integer> outChannels();

    /** {@return the last feature map} */
    @Override
    public Tensor forward(Tensor x) {
        return features(x).getLast();
    }
}
