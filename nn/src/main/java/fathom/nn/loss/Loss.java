package fathom.nn.loss;

import fathom.Tensor;
import fathom.nn.Block;

/** A block that computes a loss from predictions and targets. */
public abstract class Loss extends Block {
    /** For losses of your own. */
    protected Loss() {}

    /**
     * {@return the loss; a scalar unless it is not reduced}
     *
     * @param input the predictions
     * @param target the targets
     */
    public abstract Tensor forward(Tensor input, Tensor target);
}
