package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Settings of {@link Tensors#tripletMarginLoss(Tensor, Tensor, Tensor)}. */
public final class TripletOptions {
    private double margin = 1;
    private double p = 2;
    private double eps = 1e-6;
    private boolean swap;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public TripletOptions() {}

    /** How much farther the negative is to be than the positive; 1 unless set. */
    public TripletOptions margin(double margin) {
        this.margin = margin;
        return this;
    }

    /** The norm's degree; 2 unless set. */
    public TripletOptions p(double p) {
        this.p = p;
        return this;
    }

    /** Added to differences; 1e-6 unless set. */
    public TripletOptions eps(double eps) {
        this.eps = eps;
        return this;
    }

    /** Whether the positive counts as the anchor where it is nearer to the negative; not unless set. */
    public TripletOptions swap(boolean swap) {
        this.swap = swap;
        return this;
    }

    /** What becomes of single losses; their mean unless set. */
    public TripletOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return how much farther the negative is to be} */
    public double margin() {
        return margin;
    }

    /** {@return the norm's degree} */
    public double p() {
        return p;
    }

    /** {@return what is added to differences} */
    public double eps() {
        return eps;
    }

    /** {@return whether the positive may count as the anchor} */
    public boolean swap() {
        return swap;
    }

    /** {@return what becomes of single losses} */
    public Reduction reduction() {
        return reduction;
    }
}
