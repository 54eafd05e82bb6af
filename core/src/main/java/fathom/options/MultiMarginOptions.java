package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#multiMarginLoss(Tensor, Tensor)}. */
public final class MultiMarginOptions {
    private int p = 1;
    private double margin = 1;
    private @Nullable Tensor weight;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public MultiMarginOptions() {}

    /**
     * The exponent of each violation. Default: 1.
     *
     * @throws IllegalArgumentException unless it is 1 or 2
     */
    public MultiMarginOptions p(int p) {
        if (p != 1 && p != 2) {
            throw new IllegalArgumentException("multiMarginLoss: p must be 1 or 2, not " + p);
        }
        this.p = p;
        return this;
    }

    /** The margin by which the target's score should exceed the others. Default: 1. */
    public MultiMarginOptions margin(double margin) {
        this.margin = margin;
        return this;
    }

    /** The weight of the loss per target class, {@code [C]}. Default: none. */
    public MultiMarginOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** The reduction of the examples' losses. Default: MEAN. */
    public MultiMarginOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the exponent of each violation} */
    public int p() {
        return p;
    }

    /** {@return the margin by which the target's score should exceed the others} */
    public double margin() {
        return margin;
    }

    /** {@return the weight per target class, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the reduction of the examples' losses} */
    public Reduction reduction() {
        return reduction;
    }
}
