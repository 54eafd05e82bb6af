package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#bceLoss(Tensor, Tensor)} and {@link Tensors#bceWithLogits(Tensor, Tensor)}. */
public final class BceOptions {
    private @Nullable Tensor weight;
    private @Nullable Tensor posWeight;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public BceOptions() {}

    /** A factor of each loss, which broadcasts. */
    public BceOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** A factor of the positive examples' part, which broadcasts; only with logits. */
    public BceOptions posWeight(@Nullable Tensor posWeight) {
        this.posWeight = posWeight;
        return this;
    }

    /** What becomes of single losses; their mean unless set. */
    public BceOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the factor of each loss, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the factor of the positive examples' part, or null} */
    public @Nullable Tensor posWeight() {
        return posWeight;
    }

    /** {@return what becomes of single losses} */
    public Reduction reduction() {
        return reduction;
    }
}
