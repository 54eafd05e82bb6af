package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@link Tensors#scaledDotProductAttention(Tensor, Tensor, Tensor, java.util.function.Consumer)}, named as
 * PyTorch's arguments.
 */
public final class AttentionOptions {
    private @Nullable Tensor mask;
    private double dropout;
    private boolean causal;
    private boolean lowerRight;
    private @Nullable Tensor lengths;
    private @Nullable Double scale;
    private boolean grouped;

    /** PyTorch's defaults. */
    public AttentionOptions() {}

    /**
     * The attention mask, broadcast to {@code [..., L, S]}: a bool mask selects the keys that take part (true), a
     * floating one is added to the scores. Default: none.
     */
    public AttentionOptions mask(@Nullable Tensor mask) {
        this.mask = mask;
        return this;
    }

    /**
     * The probability of zeroing an attention weight; the caller sets 0 in evaluation. Default: 0.
     *
     * @throws IllegalArgumentException if not a probability
     */
    public AttentionOptions dropout(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: expected a probability from 0 to 1, not " + p);
        }
        this.dropout = p;
        return this;
    }

    /**
     * Whether query i attends to keys 0 to i only (the upper left of the scores, as PyTorch's {@code is_causal}).
     * Default: false.
     */
    public AttentionOptions causal(boolean causal) {
        this.causal = causal;
        return this;
    }

    /**
     * Whether the last query attends to all keys, the one before it to all but the last, and so on (PyTorch's {@code
     * causal_lower_right}): for queries that follow others, whose keys are kept. With as many keys as queries it is
     * {@link #causal}. Default: false.
     */
    public AttentionOptions causalLowerRight(boolean causal) {
        this.lowerRight = causal;
        return this;
    }

    /**
     * The number of keys of each row of the batch, an integer type, {@code [N]} for operands {@code [N, ..., L, E]}:
     * keys behind it do not take part. Default: all do.
     */
    public AttentionOptions lengths(@Nullable Tensor lengths) {
        this.lengths = lengths;
        return this;
    }

    /** The factor applied to the scores. Default: {@code 1 / sqrt(E)}. */
    public AttentionOptions scale(double scale) {
        this.scale = scale;
        return this;
    }

    /** Whether groups of query heads share one head of key and value (Ainslie et al., 2023). Default: false. */
    public AttentionOptions enableGqa(boolean grouped) {
        this.grouped = grouped;
        return this;
    }

    /** {@return the mask, or null} */
    public @Nullable Tensor mask() {
        return mask;
    }

    /** {@return the probability of zeroing an attention weight} */
    public double dropout() {
        return dropout;
    }

    /** {@return whether later keys are hidden} */
    public boolean causal() {
        return causal;
    }

    /** {@return whether later keys are hidden, aligned at the last query and key} */
    public boolean causalLowerRight() {
        return lowerRight;
    }

    /** {@return the number of keys of each row of the batch, or null} */
    public @Nullable Tensor lengths() {
        return lengths;
    }

    /** {@return the factor of the scores, or null for the default} */
    public @Nullable Double scale() {
        return scale;
    }

    /** {@return whether heads of key and value are shared} */
    public boolean enableGqa() {
        return grouped;
    }
}
