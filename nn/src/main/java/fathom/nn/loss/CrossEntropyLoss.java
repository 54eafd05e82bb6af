package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.CrossEntropyOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of logits: the negative log-probability that softmax assigns to the target class.
 *
 * @see Tensors#crossEntropy(Tensor, Tensor)
 */
public final class CrossEntropyLoss extends Loss {
    private final CrossEntropyOptions options = new CrossEntropyOptions();
    private final @Nullable Tensor weight;

    /** With mean reduction. */
    public CrossEntropyLoss() {
        this(c -> {});
    }

    /** With options: {@code new CrossEntropyLoss(c -> c.labelSmoothing(0.1))}. */
    public CrossEntropyLoss(Consumer<CrossEntropyOptions> options) {
        options.accept(this.options);
        weight = optionalBuffer(this.options.weight());
        this.options.weight(weight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.crossEntropy(input, target, options);
    }
}
