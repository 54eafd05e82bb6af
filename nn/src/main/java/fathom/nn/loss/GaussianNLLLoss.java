package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** The negative log-likelihood of normal distributions with predicted means and variances. */
public final class GaussianNLLLoss extends Block {
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** Without the constant term, variances clamped to at least 1e-6, mean reduction. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** With the constant term if {@code full}, {@code eps} as the minimum variance, and a reduction. */
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** {@return the loss of means {@code input} and variances {@code var} for {@code target}} */
    public Tensor forward(Tensor input, Tensor target, Tensor var) {
        return Tensors.gaussianNllLoss(input, target, var, full, eps, reduction);
    }
}
