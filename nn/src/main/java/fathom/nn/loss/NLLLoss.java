package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.CrossEntropyOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Negative log-likelihood: minus the log-probability of the target class. */
public final class NLLLoss extends Loss {
    private final CrossEntropyOptions options = new CrossEntropyOptions();
    private final @Nullable Tensor weight;

    /** With mean reduction. */
    public NLLLoss() {
        this(c -> {});
    }

    /** With options: {@code new NLLLoss(c -> c.ignoreIndex(0))}. */
    public NLLLoss(Consumer<CrossEntropyOptions> options) {
        options.accept(this.options);
        weight = optionalBuffer(this.options.weight());
        this.options.weight(weight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Tensors.nllLoss(input, target, options);
    }
}
