package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.train.Losses;
import fathom.vision.detection.ObjectTask;
import java.util.Map;

/**
 * Training of one of torchvision's detectors, whose losses are shown by torchvision's names.
 *
 * {@snippet :
 * var net = FCOS.fcos_resnet50_fpn();
 * var trainer = new Trainer(net.task(), t -> t.optimizer(p -> new Adam(p, 1e-4)).monitor("map50", true));
 * }
 */
public final class DetectorLossTask extends ObjectTask {
    private final GeneralizedDetector net;

    DetectorLossTask(GeneralizedDetector net) {
        super(net);
        this.net = net;
    }

    @Override
    public Losses step(Batch batch) {
        Losses losses = null;
        for (Map.Entry<String, Tensor> loss : net.losses(batch.x(), batch.y()).entrySet()) {
            losses =
                    losses == null
                            ? Losses.of(loss.getKey(), loss.getValue())
                            : losses.and(loss.getKey(), loss.getValue());
        }
        if (losses == null) {
            throw new IllegalStateException("the detector has no losses");
        }
        return losses;
    }
}
