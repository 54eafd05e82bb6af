package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#crossEntropy(Tensor, Tensor)} and {@link Tensors#nllLoss(Tensor, Tensor)}. */
public final class CrossEntropyOptions {
    private @Nullable Tensor weight;
    private long ignoreIndex = -100;
    private double labelSmoothing;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public CrossEntropyOptions() {}

    /** The weight per class, {@code [C]}; the mean is then weighted. Default: none. */
    public CrossEntropyOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** The class index whose examples are ignored. Default: -100. */
    public CrossEntropyOptions ignoreIndex(long ignoreIndex) {
        this.ignoreIndex = ignoreIndex;
        return this;
    }

    /**
     * The probability mass spread evenly over all classes (Szegedy et al., 2016). Default: 0.
     *
     * @throws IllegalArgumentException if not within [0, 1]
     */
    public CrossEntropyOptions labelSmoothing(double labelSmoothing) {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("labelSmoothing: expected a number from 0 to 1, not " + labelSmoothing);
        }
        this.labelSmoothing = labelSmoothing;
        return this;
    }

    /** The reduction of the examples' losses. Default: MEAN. */
    public CrossEntropyOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the weight per class, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the class index whose examples are ignored} */
    public long ignoreIndex() {
        return ignoreIndex;
    }

    /** {@return the probability mass spread evenly over all classes} */
    public double labelSmoothing() {
        return labelSmoothing;
    }

    /** {@return the reduction of the examples' losses} */
    public Reduction reduction() {
        return reduction;
    }
}
