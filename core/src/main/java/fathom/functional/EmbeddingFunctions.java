package fathom.functional;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.functions.RandomCreation;
import fathom.options.EmbeddingBagOptions;
import fathom.primitive.Ops;
import fathom.primitive.RandomBits;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.SparseGradients;
import fathom.primitive.neural.DropoutKernel;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** Embeddings and dropout as functions. Part of {@link Tensors}; used by the layers of {@code fathom.nn}. */
public final class EmbeddingFunctions {
    private EmbeddingFunctions() {}

    /**
     * Rows of a table looked up by index.
     *
     * @param index row indices, of an integer type and any shape
     * @param weight the table, {@code [rows, D]}
     * @return {@code [index's shape, D]}
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public static Tensor embedding(Tensor index, Tensor weight) {
        if (weight.dim() != 2 || !index.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "embedding: index %s of %s and weight %s: expected integers and [rows, D]"
                            .formatted(index.shape(), index.dtype(), weight.shape()));
        }
        return rows(index, weight).reshape(resultShape(index, weight));
    }

    /**
     * As {@link #embedding(Tensor, Tensor)}, but the table's gradient consists of the rows looked up alone, PyTorch's
     * {@code sparse=True}: {@code grad()} of the table stays null, and optimisers that take such gradients (SGD without
     * momentum, Adagrad, SparseAdam) update these rows alone. Norms of gradients do not count them.
     *
     * @param weight the table, {@code [rows, D]}, a leaf
     * @throws IllegalArgumentException as the dense one, or if the table is the result of an operation
     */
    public static Tensor sparseEmbedding(Tensor index, Tensor weight) {
        if (!weight.requiresGrad() || !Autograd.isGradEnabled()) {
            return embedding(index, weight);
        }
        if (weight.dim() != 2 || !index.dtype().isIntegral() || !weight.isLeaf()) {
            throw new IllegalArgumentException(
                    "sparseEmbedding: index %s of %s and weight %s, %s: expected integers and a leaf [rows, D]"
                            .formatted(
                                    index.shape(),
                                    index.dtype(),
                                    weight.shape(),
                                    weight.isLeaf() ? "a leaf" : "the result of an operation"));
        }
        Tensor rows = SparseGradients.lookup(index.detach().to(DType.INT64).flatten(), weight);
        return rows.reshape(resultShape(index, weight));
    }

    /**
     * As {@link #embedding(Tensor, Tensor)}, with a row that receives no gradient.
     *
     * @param paddingIdx the row; negative numbers count from the end
     */
    public static Tensor embedding(Tensor index, Tensor weight, long paddingIdx) {
        long padding = paddingRow("embedding", paddingIdx, weight);
        Tensor y = embedding(index, weight);
        return y.requiresGrad() ? y.detach().where(index.eq(padding).unsqueeze(-1), y) : y;
    }

    /**
     * Scales down, in the table itself, the rows looked up whose norm exceeds the maximum: PyTorch's {@code
     * embedding_renorm_}, and the effect of {@code max_norm} in its embedding before the lookup. Not recorded by
     * autograd.
     *
     * @param weight the table, {@code [rows, D]}
     * @param index row indices, of an integer type and any shape
     * @param maxNorm the maximum norm
     * @param normType the p of the norm
     * @return the table
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public static Tensor embeddingRenorm_(Tensor weight, Tensor index, double maxNorm, double normType) {
        try (var off = TensorAccess.gradients(false)) {
            Tensor picked = embedding(index.flatten(), weight);
            // the factor is computed in float64 and then rounded, as PyTorch does here; its renorm computes in float32
            Tensor norm = picked.norm(normType, 1, KeepDim.KEEP_DIM).to(DType.FLOAT64);
            Tensor scale = norm.add(1e-7).rdiv(maxNorm).to(weight.dtype());
            Tensor scaled = picked.mul(scale).where(norm.gt(maxNorm), picked);
            // a row looked up twice is written twice, with equal values
            return weight.indexCopy_(0, index.to(DType.INT64).flatten(), scaled);
        }
    }

    /** {@return {@link #embeddingBag(Tensor, Tensor, EmbeddingBagOptions)} with the defaults: the means of rows} */
    public static Tensor embeddingBag(Tensor index, Tensor weight) {
        return embeddingBag(index, weight, new EmbeddingBagOptions());
    }

    /** As {@link #embeddingBag(Tensor, Tensor, EmbeddingBagOptions)}: {@code o -> o.mode(SUM).offsets(starts)}. */
    public static Tensor embeddingBag(Tensor index, Tensor weight, Consumer<EmbeddingBagOptions> options) {
        var o = new EmbeddingBagOptions();
        options.accept(o);
        return embeddingBag(index, weight, o);
    }

    /**
     * Rows of a table, reduced by bags; an empty bag yields zeros.
     *
     * @param index row indices, of an integer type: {@code [bags, n]}, or {@code [n]} with offsets
     * @param weight the table, {@code [rows, D]}
     * @return {@code [bags, D]}
     * @throws IllegalArgumentException if shapes, types or offsets do not match, naming them
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public static Tensor embeddingBag(Tensor index, Tensor weight, EmbeddingBagOptions options) {
        return EmbeddingBags.apply(index, weight, options);
    }

    /** {@return the row denoted by {@code paddingIdx}, which may count from the end} */
    static long paddingRow(String op, long paddingIdx, Tensor weight) {
        long padding = paddingIdx < 0 && weight.dim() == 2 ? paddingIdx + weight.size(0) : paddingIdx;
        if (weight.dim() != 2 || padding < 0 || padding >= weight.size(0)) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: paddingIdx %d is not a row of weight %s",
                            op,
                            paddingIdx,
                            weight.shape()));
        }
        return padding;
    }

    private static Tensor rows(Tensor index, Tensor weight) {
        return Ops.applyAll(new IndexSelect(0, "embedding"), weight, index.detach().to(DType.INT64).flatten())[0];
    }

    private static long[] resultShape(Tensor index, Tensor weight) {
        long[] shape = java.util.Arrays.copyOf(Ops.shape(index), index.dim() + 1);
        shape[index.dim()] = weight.size(1);
        return shape;
    }

    /** {@return {@link #oneHot(Tensor, long)} with one class more than the largest index} */
    public static Tensor oneHot(Tensor index) {
        if (index.numel() == 0) {
            throw new IllegalArgumentException(
                    "oneHot: the number of classes cannot be inferred from an empty tensor; pass it");
        }
        return oneHot(index, index.max().itemLong() + 1);
    }

    /**
     * One-hot vectors of class indices.
     *
     * @param index class indices, any shape
     * @return {@code [index's shape, classes]}, int64
     * @throws IndexOutOfBoundsException if an index is not within {@code [0, classes)}
     */
    public static Tensor oneHot(Tensor index, long classes) {
        if (!index.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "oneHot: expected class indices of an integer type, not " + index.dtype());
        }
        if (index.numel() > 0) {
            DoubleConsumer reject =
                    i -> {
                        if (i < 0 || i >= classes) {
                            throw new IndexOutOfBoundsException(
                                    i < 0
                                            ? String.format(Locale.ROOT, "oneHot: class index %d is negative", (long) i)
                                            : String.format(
                                                    Locale.ROOT,
                                                    "oneHot: class index %d is not one of the %d classes",
                                                    (long) i,
                                                    classes));
                        }
                    };
            Ops.check(index.min(), reject);
            Ops.check(index.max(), reject);
        }
        return index.unsqueeze(-1)
                .eq(TensorAccess.at(index, () -> Tensors.arange(classes)).to(index.dtype()))
                .to(DType.INT64);
    }

    /**
     * Zeros elements at random in training, and scales the others up to preserve the mean (Srivastava et al., 2014).
     *
     * @param p the probability of zeroing an element
     * @param training whether to apply dropout; otherwise x is returned
     * @throws IllegalArgumentException if p is not a probability
     * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/dropout.html">Dive into Deep Learning, Dropout</a>
     */
    public static Tensor dropout(Tensor x, double p, boolean training) {
        return masked("dropout", x, p, training, Ops.shape(x));
    }

    /**
     * Zeros whole channels at random in training, and scales the others up to preserve the mean (Tompson et al., 2015).
     *
     * @param x {@code [N, C, H, W]} or {@code [C, H, W]}
     * @param p the probability of zeroing a channel
     * @param training whether to apply dropout; otherwise x is returned
     * @throws IllegalArgumentException if p is not a probability
     */
    public static Tensor dropout2d(Tensor x, double p, boolean training) {
        return channelDropout("dropout2d", x, p, training, "[N, C, H, W] or [C, H, W]", 2);
    }

    /**
     * As {@link #dropout2d(Tensor, double, boolean)}, for sequences.
     *
     * @param x {@code [N, C, L]} or {@code [C, L]}
     */
    public static Tensor dropout1d(Tensor x, double p, boolean training) {
        return channelDropout("dropout1d", x, p, training, "[N, C, L] or [C, L]", 1);
    }

    /**
     * As {@link #dropout2d(Tensor, double, boolean)}, for volumes.
     *
     * @param x {@code [N, C, D, H, W]} or {@code [C, D, H, W]}
     */
    public static Tensor dropout3d(Tensor x, double p, boolean training) {
        return channelDropout("dropout3d", x, p, training, "[N, C, D, H, W] or [C, D, H, W]", 3);
    }

    private static Tensor channelDropout(String op, Tensor x, double p, boolean training, String wanted, int rank) {
        if (x.dim() != rank + 1 && x.dim() != rank + 2) {
            throw new IllegalArgumentException("%s: expected %s, not %s".formatted(op, wanted, x.shape()));
        }
        long[] channels = x.shape().dims();
        Arrays.fill(channels, x.dim() - rank, x.dim(), 1);
        return masked(op, x, p, training, channels);
    }

    private static Tensor masked(String op, Tensor x, double p, boolean training, long[] shape) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("%s: expected a probability from 0 to 1, not %s".formatted(op, p));
        }
        DType t = x.dtype();
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(op, t));
        }
        if (!training || p == 0) {
            return x;
        }
        return DropoutKernel.of(x, stays(x, p, shape), dropoutScale(p));
    }

    /** {@return a newly drawn mask of the elements that dropout of {@code x} keeps} */
    static Tensor stays(Tensor x, double p, long... shape) {
        var at = TensorAccess.enter(x);
        try {
            return Ops.applyAll(RandomBits.mask(RandomCreation.randomSeed(), p, shape))[0];
        } finally {
            TensorAccess.leave(at);
        }
    }

    /** {@return the scale of the elements that dropout keeps} */
    static double dropoutScale(double p) {
        return p < 1 ? 1 / (1 - p) : 0;
    }
}
