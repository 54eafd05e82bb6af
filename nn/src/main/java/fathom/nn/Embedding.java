package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lookup table of learned vectors: indices {@code [...]} become {@code [..., D]}. The table is initialised from the
 * standard normal distribution.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word2vec-pretraining.html">Dive into
 *     Deep Learning, Pretraining word2vec</a>
 */
public final class Embedding extends BuiltInLayer {
    /** The table, {@code [numEmbeddings, D]}. */
    public final Tensor weight;

    private final Options options;
    private final @Nullable Long paddingIdx;

    /** A table of {@code numEmbeddings} vectors of {@code embeddingDim} elements. */
    public Embedding(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, o -> {});
    }

    /**
     * With a padding row, which is initialised to zero and gets no gradient.
     *
     * @param paddingIdx the row; negative numbers count from the end
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public Embedding(long numEmbeddings, long embeddingDim, long paddingIdx) {
        this(numEmbeddings, embeddingDim, o -> o.paddingIdx(paddingIdx));
    }

    /** With options: {@code new Embedding(1000, 64, o -> o.paddingIdx(0).maxNorm(1))}. */
    public Embedding(long numEmbeddings, long embeddingDim, Consumer<Options> options) {
        this(Init.standardNormal("Embedding", numEmbeddings, embeddingDim), false, options);
        if (paddingIdx != null) {
            try (var off = Autograd.noGrad()) {
                weight.select(0, Math.toIntExact(paddingIdx)).zero_();
            }
        }
    }

    private Embedding(Tensor table, boolean freeze, Consumer<Options> options) {
        this.options = new Options();
        options.accept(this.options);
        weight = parameter(table.detach());
        weight.requiresGrad_(!freeze);
        paddingIdx = row(this.options.paddingIdx, table.size(0));
    }

    private static @Nullable Long row(@Nullable Long paddingIdx, long rows) {
        if (paddingIdx == null) {
            return null;
        }
        if (paddingIdx < -rows || paddingIdx >= rows) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Embedding: paddingIdx %d is not one of %d rows", paddingIdx, rows));
        }
        return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
    }

    /** Options of embeddings; PyTorch's defaults. */
    public static final class Options {
        private @Nullable Long paddingIdx;
        private double maxNorm;
        private double normType = 2;
        private boolean sparse;

        private Options() {}

        /**
         * Whether the table's gradient consists of the rows looked up alone, for large tables: {@code grad()} of the
         * table stays null, and SGD without momentum, Adagrad and SparseAdam update these rows alone. False unless set.
         */
        public Options sparse(boolean sparse) {
            this.sparse = sparse;
            return this;
        }

        /**
         * The padding row, which is initialised to zero and gets no gradient; negative numbers count from the end. None
         * unless set.
         */
        public Options paddingIdx(long paddingIdx) {
            this.paddingIdx = paddingIdx;
            return this;
        }

        /**
         * The maximum norm: rows that are looked up and exceed it are first renormalised to it, in the table itself.
         */
        public Options maxNorm(double maxNorm) {
            if (!(maxNorm > 0)) {
                throw new IllegalArgumentException("Embedding: maxNorm must be above 0, is " + maxNorm);
            }
            this.maxNorm = maxNorm;
            return this;
        }

        /** The p of the norm that {@code maxNorm} bounds; 2 unless set. */
        public Options normType(double normType) {
            this.normType = normType;
            return this;
        }
    }

    /**
     * {@return an embedding with a given table, {@code [rows, D]}}
     *
     * @param freeze whether the table is not trained
     */
    public static Embedding fromPretrained(Tensor table, boolean freeze) {
        return fromPretrained(table, freeze, o -> {});
    }

    /** {@return an embedding with a given table and options; the padding row keeps its values} */
    public static Embedding fromPretrained(Tensor table, boolean freeze, Consumer<Options> options) {
        if (table.dim() != 2) {
            throw new IllegalArgumentException("Embedding: expected a table [rows, D], got " + table.shape());
        }
        return new Embedding(table, freeze, options);
    }

    @Override
    protected Tensor compute(Tensor index) {
        if (options.maxNorm > 0) {
            Tensors.embeddingRenorm_(weight, index, options.maxNorm, options.normType);
        }
        if (options.sparse) {
            Tensor y = Tensors.sparseEmbedding(index, weight);
            return paddingIdx == null || !y.requiresGrad()
                    ? y
                    : y.detach().where(index.eq(paddingIdx).unsqueeze(-1), y);
        }
        return paddingIdx == null ? Tensors.embedding(index, weight) : Tensors.embedding(index, weight, paddingIdx);
    }

    @Override
    protected String extraRepr() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%d, %d", weight.size(0), weight.size(1)));
        if (paddingIdx != null) {
            text.append(", padding_idx=").append(paddingIdx);
        }
        if (options.maxNorm > 0) {
            text.append(", max_norm=").append(Reprs.number(options.maxNorm));
        }
        if (options.normType != 2) {
            text.append(", norm_type=").append(Reprs.number(options.normType));
        }
        if (options.sparse) {
            text.append(", sparse=True");
        }
        return text.toString();
    }
}
