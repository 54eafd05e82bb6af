package fathom.nn.loss;

import fathom.Tensor;
import fathom.nn.Block;

/** A block that tells how far predictions are from targets. */
public abstract class Loss extends Block {
    /** For losses of one's own. */
    protected Loss() {}

    /**
     * The loss; a single number unless it is not reduced.
     *
     * @param input the predictions
     * @param target what they should have been
     */
    public abstract Tensor forward(Tensor input, Tensor target);
}
