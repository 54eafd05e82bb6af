package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.EmbeddingBagOptions;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sums, means or maxima of bags of rows of a learned table: indices {@code [bags, n]}, or {@code [n]} with offsets,
 * become {@code [bags, D]}. The table is initialised from the standard normal distribution.
 */
public final class EmbeddingBag extends BuiltInLayer {
    /** The table, {@code [rows, D]}. */
    public final Tensor weight;

    private final EmbeddingBagOptions options = new EmbeddingBagOptions();

    /** A table of {@code numEmbeddings} vectors of {@code embeddingDim} elements; bags are averaged. */
    public EmbeddingBag(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, o -> {});
    }

    /**
     * With options: {@code new EmbeddingBag(1000, 64, o -> o.mode(Mode.SUM).paddingIdx(0))}.
     *
     * @throws IndexOutOfBoundsException if the padding index is out of range
     */
    public EmbeddingBag(long numEmbeddings, long embeddingDim, Consumer<EmbeddingBagOptions> options) {
        this(Init.standardNormal("EmbeddingBag", numEmbeddings, embeddingDim), false, options);
        Long padding = this.options.paddingIdx();
        if (padding != null) {
            try (var off = Autograd.noGrad()) {
                weight.select(0, padding).zero_();
            }
        }
    }

    private EmbeddingBag(Tensor table, boolean freeze, Consumer<EmbeddingBagOptions> options) {
        options.accept(this.options);
        this.options.offsets(null).perSampleWeights(null);
        weight = parameter(table.detach());
        weight.requiresGrad_(!freeze);
        Long padding = this.options.paddingIdx();
        if (padding != null && (padding < -table.size(0) || padding >= table.size(0))) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT, "EmbeddingBag: paddingIdx %d is not one of %d rows", padding, table.size(0)));
        }
    }

    /**
     * {@return an embedding bag with a given table, {@code [rows, D]}}
     *
     * @param freeze whether the table is not trained
     */
    public static EmbeddingBag fromPretrained(Tensor table, boolean freeze, Consumer<EmbeddingBagOptions> options) {
        if (table.dim() != 2) {
            throw new IllegalArgumentException("EmbeddingBag: expected a table [rows, D], got " + table.shape());
        }
        return new EmbeddingBag(table, freeze, options);
    }

    private void configure(EmbeddingBagOptions o) {
        o.mode(options.mode())
                .includeLastOffset(options.includeLastOffset())
                .normType(options.normType())
                .sparse(options.sparse());
        if (options.maxNorm() > 0) {
            o.maxNorm(options.maxNorm());
        }
        Long padding = options.paddingIdx();
        if (padding != null) {
            o.paddingIdx(padding);
        }
    }

    @Override
    protected Tensor compute(Tensor index) {
        return Tensors.embeddingBag(index, weight, options);
    }

    /** {@return the result for bags in one index tensor {@code [n]}, which begin at {@code offsets [bags]}} */
    public Tensor forward(Tensor index, Tensor offsets) {
        return forward(index, offsets, null);
    }

    /**
     * {@return the sums of rows times {@code perSampleWeights}, which have the index's shape; offsets are null for bags
     * of equal size}
     */
    public Tensor forward(Tensor index, @Nullable Tensor offsets, @Nullable Tensor perSampleWeights) {
        var o = new EmbeddingBagOptions();
        configure(o);
        o.offsets(offsets).perSampleWeights(perSampleWeights);
        return hooked(index, Tensors.embeddingBag(index, weight, o));
    }

    @Override
    protected String extraRepr() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%d, %d", weight.size(0), weight.size(1)));
        if (options.maxNorm() > 0) {
            text.append(", max_norm=").append(Reprs.number(options.maxNorm()));
        }
        if (options.normType() != 2) {
            text.append(", norm_type=").append(Reprs.number(options.normType()));
        }
        text.append(", mode=").append(options.mode().name().toLowerCase(Locale.ROOT));
        Long padding = options.paddingIdx();
        if (padding != null) {
            text.append(", padding_idx=").append(padding < 0 ? padding + weight.size(0) : padding);
        }
        return text.toString();
    }
}
