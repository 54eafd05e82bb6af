package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a learned table: numbers {@code [...]} become {@code [..., D]}. The table is of the standard normal
 * distribution at first.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word2vec-pretraining.html">Dive into
 *     Deep Learning, Pretraining word2vec</a>
 */
public final class Embedding extends BuiltInLayer {
    /** The table, {@code [rows, D]}. */
    public final Tensor weight;

    private final @Nullable Long paddingIdx;

    /** So many rows of so many numbers. */
    public Embedding(long numEmbeddings, long embeddingDim) {
        weight = parameter(Tensors.randn(Init.empty("Embedding", numEmbeddings, embeddingDim).shape().dims()));
        paddingIdx = null;
    }

    /**
     * With a row that is zero at first and gets no gradient.
     *
     * @param paddingIdx the row; negative numbers count from the end
     */
    public Embedding(long numEmbeddings, long embeddingDim, long paddingIdx) {
        long row = paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
        if (row < 0 || row >= numEmbeddings) {
            throw new IndexOutOfBoundsException(
                    "Embedding: paddingIdx %d is not one of %d rows".formatted(paddingIdx, numEmbeddings));
        }
        weight = parameter(Tensors.randn(numEmbeddings, embeddingDim));
        this.paddingIdx = row;
        try (var off = Autograd.noGrad()) {
            weight.select(0, row).zero_();
        }
    }

    private Embedding(Tensor table, boolean freeze) {
        weight = parameter(table.detach());
        weight.requiresGrad_(!freeze);
        paddingIdx = null;
    }

    /**
     * {@return rows of a table made elsewhere, {@code [rows, D]}}
     *
     * @param freeze whether it is left as it is in training
     */
    public static Embedding fromPretrained(Tensor table, boolean freeze) {
        if (table.dim() != 2) {
            throw new IllegalArgumentException("Embedding: wants a table [rows, D], not " + table.shape());
        }
        return new Embedding(table, freeze);
    }

    @Override
    protected Tensor compute(Tensor index) {
        return paddingIdx == null ? Tensors.embedding(index, weight) : Tensors.embedding(index, weight, paddingIdx);
    }

    @Override
    protected String extraRepr() {
        return "%d, %d%s"
                .formatted(weight.size(0), weight.size(1), paddingIdx == null ? "" : ", padding_idx=" + paddingIdx);
    }
}
