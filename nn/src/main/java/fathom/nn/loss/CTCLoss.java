package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.Reduction;

/**
 * Connectionist temporal classification (Graves et al., 2006): the loss of label sequences whose alignment with the
 * frames is unknown.
 *
 * @see Tensors#ctcLoss(Tensor, Tensor, Tensor, Tensor, int, Reduction, boolean)
 */
public final class CTCLoss extends Block {
    private final int blank;
    private final Reduction reduction;
    private final boolean zeroInfinity;

    /** Blank 0, mean reduction. */
    public CTCLoss() {
        this(0, Reduction.MEAN, false);
    }

    /**
     * With the label of the blank and a reduction; {@code zeroInfinity} sets infinite losses and their gradients to 0.
     */
    public CTCLoss(int blank, Reduction reduction, boolean zeroInfinity) {
        this.blank = blank;
        this.reduction = reduction;
        this.zeroInfinity = zeroInfinity;
    }

    /** {@return the loss of log-probabilities {@code [T, N, C]}, targets, and the lengths of both} */
    public Tensor forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return Tensors.ctcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    }
}
