package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#batchNorm(Tensor, Tensor, Tensor, java.util.function.Consumer)}. */
public final class BatchNormOptions {
    private @Nullable Tensor weight;
    private @Nullable Tensor bias;
    private boolean training;
    private double momentum = 0.1;
    private double eps = 1e-5;

    /** PyTorch's defaults. */
    public BatchNormOptions() {}

    /** The scale per channel, {@code [C]}. Default: none. */
    public BatchNormOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** The shift per channel, {@code [C]}. Default: none. */
    public BatchNormOptions bias(@Nullable Tensor bias) {
        this.bias = bias;
        return this;
    }

    /** Whether to normalise by the batch's statistics and update the running ones. Default: false. */
    public BatchNormOptions training(boolean training) {
        this.training = training;
        return this;
    }

    /** The weight of the new statistics in the running ones. Default: 0.1. */
    public BatchNormOptions momentum(double momentum) {
        this.momentum = momentum;
        return this;
    }

    /** The term added to the variance for numerical stability. Default: 1e-5. */
    public BatchNormOptions eps(double eps) {
        this.eps = eps;
        return this;
    }

    /** {@return the scale per channel, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the shift per channel, or null} */
    public @Nullable Tensor bias() {
        return bias;
    }

    /** {@return whether the batch's statistics are used} */
    public boolean training() {
        return training;
    }

    /** {@return the weight of the new statistics in the running ones} */
    public double momentum() {
        return momentum;
    }

    /** {@return the term added to the variance} */
    public double eps() {
        return eps;
    }
}
