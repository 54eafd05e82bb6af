package fathom.nn.loss;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.options.Reduction;

/** A block that computes a loss from predictions and targets. */
public abstract class Loss extends Block {
    /** How a loss of this library reduces the losses of the elements. */
    final Reduction reduction;

    /** For losses of your own. */
    protected Loss() {
        this(Reduction.MEAN);
    }

    Loss(Reduction reduction) {
        this.reduction = reduction;
    }

    /**
     * {@return the loss; a scalar unless it is not reduced}
     *
     * @param input the predictions
     * @param target the targets
     */
    public abstract Tensor forward(Tensor input, Tensor target);
}
