package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/** The negative log-likelihood of normal distributions with given means and variances. */
public final class GaussianNLLLoss extends Block {
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** Without the constant, variances of 1e-6 at least, the mean. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** Whether the constant is added, the least variance, and the reduction. */
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** {@return the loss of means, targets and variances} */
    public Tensor forward(Tensor input, Tensor target, Tensor var) {
        return Tensors.gaussianNllLoss(input, target, var, full, eps, reduction);
    }
}
