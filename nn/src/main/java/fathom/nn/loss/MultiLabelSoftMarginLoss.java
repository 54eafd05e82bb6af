package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import org.jspecify.annotations.Nullable;

/** The binary cross-entropy of logits {@code [..., C]}, averaged over classes. */
public final class MultiLabelSoftMarginLoss extends Loss {
    private final @Nullable Tensor weight;

    /** With equal class weights and mean reduction. */
    public MultiLabelSoftMarginLoss() {
        this(null, Reduction.MEAN);
    }

    /** With a weight per class, or null, and a reduction. */
    public MultiLabelSoftMarginLoss(@Nullable Tensor weight, Reduction reduction) {
        super(reduction);
        this.weight = optionalBuffer(weight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.multilabelSoftMarginLoss(input, target, weight, reduction);
    }
}
