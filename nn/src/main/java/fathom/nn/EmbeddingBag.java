package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.EmbeddingBagOptions;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sums, means or maxima of rows of a learned table: numbers {@code [bags, n]}, or {@code [n]} with offsets, become
 * {@code [bags, D]}. The table is of the standard normal distribution at first.
 */
public final class EmbeddingBag extends BuiltInLayer {
    /** The table, {@code [rows, D]}. */
    public final Tensor weight;

    private final EmbeddingBagOptions options = new EmbeddingBagOptions();

    /** So many rows of so many numbers, of whose bags there are the means. */
    public EmbeddingBag(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, o -> {});
    }

    /**
     * With options: {@code new EmbeddingBag(1000, 64, o -> o.mode(Mode.SUM).paddingIdx(0))}.
     *
     * @throws IndexOutOfBoundsException if there is no padding row of that number
     */
    public EmbeddingBag(long numEmbeddings, long embeddingDim, Consumer<EmbeddingBagOptions> options) {
        this(Tensors.randn(Init.empty("EmbeddingBag", numEmbeddings, embeddingDim).shape().dims()), false, options);
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
     * {@return bags of rows of a table made elsewhere, {@code [rows, D]}}
     *
     * @param freeze whether it is left as it is in training
     */
    public static EmbeddingBag fromPretrained(Tensor table, boolean freeze, Consumer<EmbeddingBagOptions> options) {
        if (table.dim() != 2) {
            throw new IllegalArgumentException("EmbeddingBag: wants a table [rows, D], not " + table.shape());
        }
        return new EmbeddingBag(table, freeze, options);
    }

    private void configure(EmbeddingBagOptions o) {
        o.mode(options.mode()).includeLastOffset(options.includeLastOffset()).normType(options.normType());
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

    /** {@return the bags of numbers in a row, which begin at offsets} */
    public Tensor forward(Tensor index, Tensor offsets) {
        return forward(index, offsets, null);
    }

    /** {@return the sums of rows times factors, of the index's shape; offsets are null for bags of equal size} */
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
