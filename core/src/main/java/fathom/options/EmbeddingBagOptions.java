package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/** Settings of {@link Tensors#embeddingBag(Tensor, Tensor, EmbeddingBagOptions)}. */
public final class EmbeddingBagOptions {
    /** How the rows of a bag become one. */
    public enum Mode {
        /** Their sum. */
        SUM,
        /** Their mean. */
        MEAN,
        /** The greatest of each column. */
        MAX
    }

    private Mode mode = Mode.MEAN;
    private @Nullable Tensor offsets;
    private @Nullable Tensor perSampleWeights;
    private boolean includeLastOffset;
    private @Nullable Long paddingIdx;
    private double maxNorm;
    private double normType = 2;

    /** PyTorch's defaults. */
    public EmbeddingBagOptions() {}

    /** How the rows of a bag become one; MEAN unless set. */
    public EmbeddingBagOptions mode(Mode mode) {
        this.mode = mode;
        return this;
    }

    /** Where each bag begins in a one-dimensional input, ascending from 0. */
    public EmbeddingBagOptions offsets(@Nullable Tensor offsets) {
        this.offsets = offsets;
        return this;
    }

    /** A factor for each row that is looked up, of the input's shape; for sums only. */
    public EmbeddingBagOptions perSampleWeights(@Nullable Tensor perSampleWeights) {
        this.perSampleWeights = perSampleWeights;
        return this;
    }

    /** Whether the last offset is the end of the last bag, and not the begin of one more; not unless set. */
    public EmbeddingBagOptions includeLastOffset(boolean include) {
        this.includeLastOffset = include;
        return this;
    }

    /** A row that counts nowhere; negative numbers count from the end. None unless set. */
    public EmbeddingBagOptions paddingIdx(long paddingIdx) {
        this.paddingIdx = paddingIdx;
        return this;
    }

    /** Rows that are looked up and have a greater norm are scaled down to this one first, in the table itself. */
    public EmbeddingBagOptions maxNorm(double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("embeddingBag: maxNorm must be above 0, is " + maxNorm);
        }
        this.maxNorm = maxNorm;
        return this;
    }

    /** The p of the norm that {@code maxNorm} bounds; 2 unless set. */
    public EmbeddingBagOptions normType(double normType) {
        this.normType = normType;
        return this;
    }

    /** {@return how the rows of a bag become one} */
    public Mode mode() {
        return mode;
    }

    /** {@return where each bag begins, or null} */
    public @Nullable Tensor offsets() {
        return offsets;
    }

    /** {@return the factor for each row, or null} */
    public @Nullable Tensor perSampleWeights() {
        return perSampleWeights;
    }

    /** {@return whether the last offset is the end of the last bag} */
    public boolean includeLastOffset() {
        return includeLastOffset;
    }

    /** {@return the row that counts nowhere, or null} */
    public @Nullable Long paddingIdx() {
        return paddingIdx;
    }

    /** {@return the greatest norm of rows; 0 for none} */
    public double maxNorm() {
        return maxNorm;
    }

    /** {@return the p of the norm} */
    public double normType() {
        return normType;
    }
}
