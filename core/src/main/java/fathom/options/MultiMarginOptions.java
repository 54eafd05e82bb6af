package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#multiMarginLoss(Tensor, Tensor)}. */
public final class MultiMarginOptions {
    private int p = 1;
    private double margin = 1;
    private @Nullable Tensor weight;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public MultiMarginOptions() {}

    /**
     * The power of each violation; 1 unless set.
     *
     * @throws IllegalArgumentException unless it is 1 or 2
     */
    public MultiMarginOptions p(int p) {
        if (p != 1 && p != 2) {
            throw new IllegalArgumentException("multiMarginLoss: p is 1 or 2, not " + p);
        }
        this.p = p;
        return this;
    }

    /** By how much the right class's score should exceed the others'; 1 unless set. */
    public MultiMarginOptions margin(double margin) {
        this.margin = margin;
        return this;
    }

    /** A factor of the loss for each right class, {@code [C]}. */
    public MultiMarginOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** The reduction of the examples' losses; their mean unless set. */
    public MultiMarginOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the power of each violation} */
    public int p() {
        return p;
    }

    /** {@return by how much the right class's score should exceed the others'} */
    public double margin() {
        return margin;
    }

    /** {@return the factor for each right class, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the reduction of the examples' losses} */
    public Reduction reduction() {
        return reduction;
    }
}
