package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.BceOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binary cross-entropy between probabilities and targets in [0, 1]. */
public final class BCELoss extends Loss {
    private final BceOptions options = new BceOptions();
    private final @Nullable Tensor weight;

    /** With mean reduction. */
    public BCELoss() {
        this(o -> {});
    }

    /** With options: {@code new BCELoss(o -> o.reduction(Reduction.SUM))}. */
    public BCELoss(Consumer<BceOptions> options) {
        options.accept(this.options);
        weight = optionalBuffer(this.options.weight());
        this.options.weight(weight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.bceLoss(input, target, options);
    }
}
