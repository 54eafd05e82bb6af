package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#bceLoss(Tensor, Tensor)} and {@link Tensors#bceWithLogits(Tensor, Tensor)}. */
public final class BceOptions {
    private @Nullable Tensor weight;
    private @Nullable Tensor posWeight;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public BceOptions() {}

    /** The weight of each loss, broadcast to the losses. Default: none. */
    public BceOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** The weight of the positive examples, broadcast; with logits only. Default: none. */
    public BceOptions posWeight(@Nullable Tensor posWeight) {
        this.posWeight = posWeight;
        return this;
    }

    /** The reduction of the losses. Default: MEAN. */
    public BceOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the weight of each loss, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the weight of the positive examples, or null} */
    public @Nullable Tensor posWeight() {
        return posWeight;
    }

    /** {@return the reduction of the losses} */
    public Reduction reduction() {
        return reduction;
    }
}
