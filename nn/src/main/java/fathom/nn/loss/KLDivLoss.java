package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The Kullback-Leibler divergence of log-probabilities from probabilities. */
public final class KLDivLoss extends Loss {
    private final boolean logTarget;
    private final Reduction reduction;

    /** The mean over all elements; {@link Reduction#BATCH_MEAN} gives the divergence itself. */
    public KLDivLoss() {
        this(Reduction.MEAN);
    }

    /** Reduced as told; targets are probabilities. */
    public KLDivLoss(Reduction reduction) {
        this(reduction, false);
    }

    /**
     * Reduced as told.
     *
     * @param logTarget whether targets are log-probabilities
     */
    public KLDivLoss(Reduction reduction, boolean logTarget) {
        this.reduction = reduction;
        this.logTarget = logTarget;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.klDiv(input, target, logTarget, reduction);
    }
}
