package fathom.vision.detection;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.options.Reduction;

/**
 * The loss of predictions for anchors (Liu et al., 2016, in the course's version): the mean cross-entropy of the
 * classes, plus the mean absolute error of the offsets, those of background counting as 0.
 */
public final class MultiboxLoss extends Loss {
    private final transient Tensor anchors;

    /**
     * The loss for some anchors.
     *
     * @param anchors {@code [1, A, 4]}
     */
    public MultiboxLoss(Tensor anchors) {
        this.anchors = anchors.detach().keep();
    }

    /**
     * {@inheritDoc}
     *
     * @param input {@code [N, A, classes + 1 + 4]}: logits and offsets
     * @param target {@code [N, M, 5]}: class, then the box; rows with a negative class are padding
     */
    @Override
    public Tensor forward(Tensor input, Tensor target) {
        var t = Anchors.multiboxTarget(anchors, target);
        Tensor offsets = input.narrow(2, input.size(2) - 4, 4).reshape(input.size(0), 4 * input.size(1));
        return classes(input.narrow(2, 0, input.size(2) - 4), t).add(boxes(offsets, t));
    }

    /** {@return the mean cross-entropy of logits [N, A, classes + 1]} */
    static Tensor classes(Tensor logits, MultiboxTarget target) {
        return Tensors.crossEntropy(logits.reshape(-1, logits.size(2)), target.label().reshape(-1));
    }

    /** {@return the mean absolute error of offsets [N, 4 A]} */
    static Tensor boxes(Tensor offsets, MultiboxTarget target) {
        return Tensors.l1Loss(offsets.mul(target.mask()), target.offset(), Reduction.MEAN);
    }
}
