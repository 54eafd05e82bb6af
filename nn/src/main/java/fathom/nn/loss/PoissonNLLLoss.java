package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The negative log-likelihood of Poisson distributions, given expected counts or their logarithms. */
public final class PoissonNLLLoss extends Loss {
    private final boolean logInput;
    private final boolean full;
    private final double eps;

    /** With logarithms as inputs, without Stirling's term, mean reduction. */
    public PoissonNLLLoss() {
        this(true, false, 1e-8, Reduction.MEAN);
    }

    /**
     * With logarithms as inputs if {@code logInput}, Stirling's term if {@code full}, {@code eps} inside the logarithm,
     * and a reduction.
     */
    public PoissonNLLLoss(boolean logInput, boolean full, double eps, Reduction reduction) {
        super(reduction);
        this.logInput = logInput;
        this.full = full;
        this.eps = eps;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.poissonNllLoss(input, target, logInput, full, eps, reduction);
    }
}
