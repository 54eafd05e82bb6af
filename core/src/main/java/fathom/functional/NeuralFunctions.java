package fathom.functional;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Norms;
import fathom.composition.Products;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.TensorAccess;
import fathom.primitive.OperationKind;
import org.jspecify.annotations.Nullable;

/**
 * Linear and bilinear maps, normalisation and similarity as functions. Part of {@link Tensors}; used by the layers of
 * {@code fathom.nn}.
 */
public final class NeuralFunctions {
    private NeuralFunctions() {}

    /** As {@link #linear(Tensor, Tensor, Tensor)}, without a bias. */
    public static Tensor linear(Tensor x, Tensor weight) {
        return linear(x, weight, null);
    }

    /**
     * {@code x weight^T + bias}.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}, or null
     * @throws IllegalArgumentException if shapes or types do not match, naming them
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.dim() != 2 || x.dim() == 0 || x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException(
                    "linear: input %s and weight %s: expected [..., in] and [out, in]"
                            .formatted(x.shape(), weight.shape()));
        }
        OperandTypes.same("linear", "input", x, "weight", weight);
        OperandTypes.parameter("linear", TensorAccess.cast(OperationKind.PRODUCT, x.dtype()), "bias", bias);
        return Products.matmul("linear", x, TensorAccess.cast(OperationKind.PRODUCT, weight).t(), bias);
    }

    /**
     * {@code y_o = a weight_o b + bias_o} along the last dimensions.
     *
     * @param a {@code [..., m]}
     * @param b {@code [..., n]}
     * @param weight {@code [out, m, n]}
     * @param bias {@code [out]}, or null
     * @return {@code [..., out]}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor bilinear(Tensor a, Tensor b, Tensor weight, @Nullable Tensor bias) {
        boolean fits = weight.dim() == 3 && a.dim() > 0 && a.dim() == b.dim();
        for (int d = 0; fits && d < a.dim() - 1; d++) {
            fits = a.size(d) == b.size(d);
        }
        if (!fits || a.size(-1) != weight.size(1) || b.size(-1) != weight.size(2)) {
            throw new IllegalArgumentException(
                    "bilinear: inputs %s and %s and weight %s: expected [..., m], [..., n] and [out, m, n]"
                            .formatted(a.shape(), b.shape(), weight.shape()));
        }
        OperandTypes.same("bilinear", "first input", a, "second input", b);
        OperandTypes.same("bilinear", "input", a, "weight", weight);
        OperandTypes.parameter("bilinear", TensorAccess.cast(OperationKind.PRODUCT, a.dtype()), "bias", bias);
        long[] shape = a.shape().dims();
        shape[shape.length - 1] = weight.size(0);
        // one product of all pairs: [batch, m n] x [m n, out]
        Tensor x = rows(a).unsqueeze(2);
        Tensor y = rows(b).unsqueeze(1);
        Tensor pairs = x.mul(y).flatten(1);
        return Products.matmul("bilinear", pairs, weight.flatten(1).t(), bias).reshape(shape);
    }

    /**
     * {@return all vectors along the last dimension as a matrix; also for empty tensors, where -1 would be ambiguous}
     */
    private static Tensor rows(Tensor x) {
        return x.dim() == 1 ? x.unsqueeze(0) : x.flatten(0, -2);
    }

    /** {@return x divided by its Euclidean norm along dimension 1} */
    public static Tensor normalize(Tensor x) {
        return normalize(x, 2);
    }

    /**
     * {@return x divided by its p-norm along dimension 1; as in PyTorch, the second argument is the order of the norm}
     */
    public static Tensor normalize(Tensor x, double p) {
        return normalize(x, p, 1);
    }

    /** {@return x divided by its p-norm along {@code dim}, clamped to at least 1e-12} */
    public static Tensor normalize(Tensor x, double p, int dim) {
        return normalize(x, p, dim, 1e-12);
    }

    /** {@return x divided by its p-norm along {@code dim}, clamped to at least {@code eps}} */
    public static Tensor normalize(Tensor x, double p, int dim, double eps) {
        requireFloating("normalize", x.dtype());
        return Norms.normalize(x, p, dim, eps);
    }

    /** {@return the cosine similarity of vectors along dimension 1, with norms clamped to at least 1e-8} */
    public static Tensor cosineSimilarity(Tensor a, Tensor b) {
        return cosineSimilarity(a, b, 1);
    }

    /** {@return the cosine similarity of vectors along {@code dim}, with norms clamped to at least 1e-8} */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int dim) {
        return cosineSimilarity(a, b, dim, 1e-8);
    }

    /**
     * The cosine similarity of vectors, with norms clamped to at least {@code eps}.
     *
     * @param dim the dimension of the vectors, in the shape to which both broadcast
     */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int dim, double eps) {
        requireFloating("cosineSimilarity", DType.promote(a.dtype(), b.dtype()));
        return Norms.cosine(a, b, dim, eps);
    }

    private static void requireFloating(String op, DType t) {
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(op, t));
        }
    }

    /**
     * {@return {@link #pairwiseDistance(Tensor, Tensor, double, double, KeepDim)}, Euclidean, with PyTorch's defaults}
     */
    public static Tensor pairwiseDistance(Tensor a, Tensor b) {
        return pairwiseDistance(a, b, 2, 1e-6, KeepDim.DROP_DIM);
    }

    /**
     * The p-norm of {@code a - b + eps} along the last dimension.
     *
     * @param a {@code [..., D]}
     * @param b {@code [..., D]}; shapes broadcast
     * @param p the degree of the norm
     * @param eps the term added to each difference, so that the gradient exists where the vectors are equal
     * @return {@code [...]}, or {@code [..., 1]} if the dimension is kept
     * @throws IllegalArgumentException if shapes do not broadcast
     */
    public static Tensor pairwiseDistance(Tensor a, Tensor b, double p, double eps, KeepDim keep) {
        return a.sub(b).add(eps).norm(p, -1, keep);
    }
}
