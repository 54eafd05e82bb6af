package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.BceOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binary cross-entropy between logits and targets in [0, 1], computed without overflow. */
public final class BCEWithLogitsLoss extends Loss {
    private final BceOptions options = new BceOptions();
    private final @Nullable Tensor weight;
    private final @Nullable Tensor posWeight;

    /** With mean reduction. */
    public BCEWithLogitsLoss() {
        this(o -> {});
    }

    /** With options: {@code new BCEWithLogitsLoss(o -> o.reduction(Reduction.SUM))}. */
    public BCEWithLogitsLoss(Consumer<BceOptions> options) {
        options.accept(this.options);
        weight = optionalBuffer(this.options.weight());
        this.options.weight(weight);
        posWeight = optionalBuffer(this.options.posWeight());
        this.options.posWeight(posWeight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.bceWithLogits(input, target, options);
    }
}
