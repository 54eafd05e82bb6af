package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Settings of {@link Tensors#scaledDotProductAttention(Tensor, Tensor, Tensor, java.util.function.Consumer)}, named as
 * PyTorch's arguments.
 */
public final class AttentionOptions {
    private @Nullable Tensor mask;
    private double dropout;
    private boolean causal;
    private @Nullable Double scale;
    private boolean grouped;

    /** PyTorch's defaults. */
    public AttentionOptions() {}

    /**
     * What each query may look at, broadcast to {@code [..., L, S]}: a bool mask says which keys take part (true), a
     * floating one is added to the scores.
     */
    public AttentionOptions mask(@Nullable Tensor mask) {
        this.mask = mask;
        return this;
    }

    /**
     * How probable it is that a weight is zeroed; 0 unless set. The caller sees to it that it is 0 in evaluation.
     *
     * @throws IllegalArgumentException if not a probability
     */
    public AttentionOptions dropout(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: wants a probability from 0 to 1, not " + p);
        }
        this.dropout = p;
        return this;
    }

    /** Whether query i sees the keys 0 to i only; not unless set. Not together with a mask. */
    public AttentionOptions causal(boolean causal) {
        this.causal = causal;
        return this;
    }

    /** The factor of the scores; {@code 1 / sqrt(E)} unless set. */
    public AttentionOptions scale(double scale) {
        this.scale = scale;
        return this;
    }

    /** Whether several heads of the query share one of key and value (Ainslie et al., 2023); not unless set. */
    public AttentionOptions enableGqa(boolean grouped) {
        this.grouped = grouped;
        return this;
    }

    /** {@return the mask, or null} */
    public @Nullable Tensor mask() {
        return mask;
    }

    /** {@return how probable it is that a weight is zeroed} */
    public double dropout() {
        return dropout;
    }

    /** {@return whether later keys are hidden} */
    public boolean causal() {
        return causal;
    }

    /** {@return the factor of the scores, or null for the usual one} */
    public @Nullable Double scale() {
        return scale;
    }

    /** {@return whether heads of key and value are shared} */
    public boolean enableGqa() {
        return grouped;
    }
}
