package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.MultiMarginOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The multi-class hinge loss (Crammer and Singer, 2001) of scores {@code [N, C]} and class indices. */
public final class MultiMarginLoss extends Loss {
    private final MultiMarginOptions options = new MultiMarginOptions();
    private final @Nullable Tensor weight;

    /** Power 1, margin 1, mean reduction. */
    public MultiMarginLoss() {
        this(o -> {});
    }

    /** With options: {@code new MultiMarginLoss(o -> o.p(2))}. */
    public MultiMarginLoss(Consumer<MultiMarginOptions> options) {
        options.accept(this.options);
        weight = optionalBuffer(this.options.weight());
        this.options.weight(weight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.multiMarginLoss(input, target, options);
    }
}
