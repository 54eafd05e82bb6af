package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;

/** The Kullback-Leibler divergence from log-probabilities (the input) to probabilities (the target). */
public final class KLDivLoss extends Loss {
    private final boolean logTarget;

    /** With the mean over all elements; {@link Reduction#BATCH_MEAN} gives the divergence itself. */
    public KLDivLoss() {
        this(Reduction.MEAN);
    }

    /** With the given reduction; targets are probabilities. */
    public KLDivLoss(Reduction reduction) {
        this(reduction, false);
    }

    /**
     * With the given reduction.
     *
     * @param logTarget whether targets are log-probabilities
     */
    public KLDivLoss(Reduction reduction, boolean logTarget) {
        super(reduction);
        this.logTarget = logTarget;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.klDiv(input, target, logTarget, reduction);
    }
}
