package fathom.vision.detection.models;

import fathom.vision.models.ResNet;
import java.util.function.Supplier;

/**
 * Options of detectors on a feature pyramid.
 *
 * @param <S> the class of the options
 */
public abstract class PyramidOptions<S extends PyramidOptions<S>> extends DetectorOptions<S> {
    private Supplier<ResNet> body = ResNet::resnet50;
    private int pyramidChannels = 256;

    PyramidOptions(int minSize, int maxSize, double scoreThresh, double nmsThresh, int detections, int topk) {
        super(minSize, maxSize, scoreThresh, nmsThresh, detections, topk);
    }

    /**
     * Creates the residual network whose features are used; a ResNet-50 unless set. With {@code () -> ResNet.resnet50(r
     * -> r.norm(FrozenBatchNorm2d::new))} its norms are constants, for fine-tuning.
     */
    @SuppressWarnings("unchecked") // S is the class itself
    public S body(Supplier<ResNet> body) {
        this.body = body;
        return (S) this;
    }

    /** The channels of the pyramid and of the heads; 256 unless set. */
    @SuppressWarnings("unchecked") // S is the class itself
    public S pyramidChannels(int channels) {
        pyramidChannels = positive("pyramidChannels", channels);
        return (S) this;
    }

    final ResNet newBody() {
        return body.get();
    }

    final int pyramidChannels() {
        return pyramidChannels;
    }
}
