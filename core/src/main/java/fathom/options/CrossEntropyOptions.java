package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#crossEntropy(Tensor, Tensor)} and {@link Tensors#nllLoss(Tensor, Tensor)}. */
public final class CrossEntropyOptions {
    private @Nullable Tensor weight;
    private long ignoreIndex = -100;
    private double labelSmoothing;
    private Reduction reduction = Reduction.MEAN;

    /** PyTorch's defaults. */
    public CrossEntropyOptions() {}

    /** A weight per class, {@code [C]}; the mean is then a weighted one. */
    public CrossEntropyOptions weight(@Nullable Tensor weight) {
        this.weight = weight;
        return this;
    }

    /** A class index whose examples do not count; -100 unless set. */
    public CrossEntropyOptions ignoreIndex(long ignoreIndex) {
        this.ignoreIndex = ignoreIndex;
        return this;
    }

    /**
     * The part of the probability that is spread evenly over all classes (Szegedy et al., 2016); 0 unless set.
     *
     * @throws IllegalArgumentException if not within [0, 1]
     */
    public CrossEntropyOptions labelSmoothing(double labelSmoothing) {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("labelSmoothing: wants a number from 0 to 1, not " + labelSmoothing);
        }
        this.labelSmoothing = labelSmoothing;
        return this;
    }

    /** What becomes of the losses of single examples; their mean unless set. */
    public CrossEntropyOptions reduction(Reduction reduction) {
        this.reduction = reduction;
        return this;
    }

    /** {@return the weight per class, or null} */
    public @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the class index whose examples do not count} */
    public long ignoreIndex() {
        return ignoreIndex;
    }

    /** {@return the part of the probability that is spread evenly} */
    public double labelSmoothing() {
        return labelSmoothing;
    }

    /** {@return what becomes of the losses of single examples} */
    public Reduction reduction() {
        return reduction;
    }
}
