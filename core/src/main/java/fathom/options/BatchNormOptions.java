package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#batchNorm(Tensor, Tensor, Tensor, java.util.function.Consumer)}. */
public final class BatchNormOptions {
    private @Nullable Tensor weight;
    private @Nullable Tensor bias;
    private boolean training;
    private double momentum = 0.1;
    private double eps = 1e-5;

    /** PyTorch's defaults. */
    public BatchNormOptions() {}

    /** A factor per channel, {@code [C]}. */
    public BatchNormOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** Added per channel, {@code [C]}. */
    public BatchNormOptions bias(@Nullable Tensor bias) {
        this.bias = bias;
        return this;
    }

    /** Whether the batch's statistics are used, and the running ones updated; not unless set. */
    public BatchNormOptions training(boolean training) {
        this.training = training;
        return this;
    }

    /** The new statistics' part in the running ones; 0.1 unless set. */
    public BatchNormOptions momentum(double momentum) {
        this.momentum = momentum;
        return this;
    }

    /** Added to the variance; 1e-5 unless set. */
    public BatchNormOptions eps(double eps) {
        this.eps = eps;
        return this;
    }

    /** {@return the factor per channel, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return what is added per channel, or null} */
    public @Nullable Tensor bias() {
        return bias;
    }

    /** {@return whether the batch's statistics are used} */
    public boolean training() {
        return training;
    }

    /** {@return the new statistics' part in the running ones} */
    public double momentum() {
        return momentum;
    }

    /** {@return what is added to the variance} */
    public double eps() {
        return eps;
    }
}
