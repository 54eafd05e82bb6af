package fathom.options;

import fathom.Tensor;
import fathom.Tensors;

/** Options of {@link Tensors#tripletMarginLoss(Tensor, Tensor, Tensor)}. */
public final class TripletOptions {
    private double margin = 1;
    private double p = 2;
    private double eps = 1e-6;
    private boolean swap;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public TripletOptions() {}

    /** The margin by which the negative's distance should exceed the positive's. Default: 1. */
    public TripletOptions margin(double margin) {
        this.margin = margin;
        return this;
    }

    /** The degree of the norm. Default: 2. */
    public TripletOptions p(double p) {
        this.p = p;
        return this;
    }

    /** The term added to differences. Default: 1e-6. */
    public TripletOptions eps(double eps) {
        this.eps = eps;
        return this;
    }

    /** Whether to use the positive as the anchor where it is nearer to the negative. Default: false. */
    public TripletOptions swap(boolean swap) {
        this.swap = swap;
        return this;
    }

    /** The reduction of the losses. Default: MEAN. */
    public TripletOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the margin by which the negative's distance should exceed the positive's} */
    public double margin() {
        return margin;
    }

    /** {@return the degree of the norm} */
    public double p() {
        return p;
    }

    /** {@return the term added to differences} */
    public double eps() {
        return eps;
    }

    /** {@return whether the positive may be used as the anchor} */
    public boolean swap() {
        return swap;
    }

    /** {@return the reduction of the losses} */
    public Reduction reduction() {
        return reduction;
    }
}
