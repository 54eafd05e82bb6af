package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#embeddingBag(Tensor, Tensor, EmbeddingBagOptions)}. */
public final class EmbeddingBagOptions {
    /** The reduction of a bag's rows. */
    public enum Mode {
        /** Their sum. */
        SUM,
        /** Their mean. */
        MEAN,
        /** Their maximum, per column. */
        MAX
    }

    private Mode mode = Mode.MEAN;
    private @Nullable Tensor offsets;
    private @Nullable Tensor perSampleWeights;
    private boolean includeLastOffset;
    private @Nullable Long paddingIdx;
    private double maxNorm;
    private double normType = 2;
    private boolean sparse;

    /** PyTorch's defaults. */
    public EmbeddingBagOptions() {}

    /** The reduction of a bag's rows. Default: MEAN. */
    public EmbeddingBagOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /** The start of each bag in a one-dimensional input, ascending from 0. Default: none. */
    public EmbeddingBagOptions offsets(@Nullable Tensor offsets) {
        this.offsets = offsets;
        return this;
    }

    /** The weight of each row looked up, with the input's shape; for sums only. Default: none. */
    public EmbeddingBagOptions perSampleWeights(@Nullable Tensor perSampleWeights) {
        this.perSampleWeights = perSampleWeights;
        return this;
    }

    /** Whether the last offset is the end of the last bag rather than the start of one more. Default: false. */
    public EmbeddingBagOptions includeLastOffset(boolean include) {
        this.includeLastOffset = include;
        return this;
    }

    /**
     * The index of a row excluded from the reduction and from the gradient; negative numbers count from the end.
     * Default: none.
     */
    public EmbeddingBagOptions paddingIdx(long paddingIdx) {
        this.paddingIdx = paddingIdx;
        return this;
    }

    /**
     * The maximum norm: rows looked up whose norm exceeds it are first scaled down to it, in the table itself. Default:
     * none.
     */
    public EmbeddingBagOptions maxNorm(double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("embeddingBag: maxNorm must be above 0, is " + maxNorm);
        }
        this.maxNorm = maxNorm;
        return this;
    }

    /** The p of the norm that {@code maxNorm} bounds. Default: 2. */
    public EmbeddingBagOptions normType(double normType) {
        this.normType = normType;
        return this;
    }

    /**
     * Whether the table's gradient consists of the rows looked up alone, for large tables: {@code grad()} of the table
     * stays null, and SGD without momentum, Adagrad and SparseAdam update these rows alone. Not for maxima. Default:
     * false.
     */
    public EmbeddingBagOptions sparse(boolean sparse) {
        this.sparse = sparse;
        return this;
    }

    /** {@return whether the table's gradient consists of the rows looked up alone} */
    public boolean sparse() {
        return sparse;
    }

    /** {@return the reduction of a bag's rows} */
    public Mode mode() {
        return mode;
    }

    /** {@return the start of each bag, or null} */
    public @Nullable Tensor offsets() {
        return offsets;
    }

    /** {@return the weight of each row looked up, or null} */
    public @Nullable Tensor perSampleWeights() {
        return perSampleWeights;
    }

    /** {@return whether the last offset is the end of the last bag} */
    public boolean includeLastOffset() {
        return includeLastOffset;
    }

    /** {@return the index of the excluded row, or null} */
    public @Nullable Long paddingIdx() {
        return paddingIdx;
    }

    /** {@return the maximum norm of rows; 0 for none} */
    public double maxNorm() {
        return maxNorm;
    }

    /** {@return the p of the norm} */
    public double normType() {
        return normType;
    }
}
