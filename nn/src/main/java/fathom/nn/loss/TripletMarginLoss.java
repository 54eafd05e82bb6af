package fathom.nn.loss;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.options.TripletOptions;
import java.util.function.Consumer;

/**
 * The triplet loss: the anchor should be nearer to the positive than to the negative by a margin (Balntas et al.,
 * 2016).
 */
public final class TripletMarginLoss extends Block {
    private final TripletOptions options = new TripletOptions();

    /** Margin 1, euclidean, mean reduction. */
    public TripletMarginLoss() {
        this(o -> {});
    }

    /** With options: {@code new TripletMarginLoss(o -> o.margin(0.2).swap(true))}. */
    public TripletMarginLoss(Consumer<TripletOptions> options) {
        options.accept(this.options);
    }

    /** {@return the loss of three tensors {@code [N, D]}} */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return Tensors.tripletMarginLoss(anchor, positive, negative, options);
    }
}
