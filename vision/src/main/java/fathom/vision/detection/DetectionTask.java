package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.train.Losses;

/**
 * Training of a {@link TinySSD}. Shown are the fraction of anchors with a wrong class ({@code class err}) and the mean
 * absolute error of offsets ({@code bbox mae}), both as the course counts them.
 */
public final class DetectionTask extends ObjectTask {
    private final TinySSD net;

    DetectionTask(TinySSD net) {
        super(net);
        this.net = net;
    }

    @Override
    public Losses step(Batch batch) {
        TinySSD.Predictions p = net.predictions(batch.x());
        MultiboxTarget target = Anchors.multiboxTarget(p.anchors(), batch.y());
        Tensor wrong = p.classes().detach().argmax(2).ne(target.label()).to(DType.FLOAT32).mean();
        return Losses.of("class loss", MultiboxLoss.classes(p.classes(), target))
                .and("bbox mae", MultiboxLoss.boxes(p.offsets(), target))
                .show("class err", wrong);
    }
}
