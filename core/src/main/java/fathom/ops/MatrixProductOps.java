package fathom.ops;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.composition.Products;
import fathom.composition.Renorm;
import fathom.composition.ScaledSums;
import fathom.dispatch.Dims;
import fathom.dispatch.Promotion;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import java.util.Arrays;

/** Products of vectors and matrices in addition to those of {@link LinearAlgebraOps}, and sums with them. */
public sealed interface MatrixProductOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private void require(String name, boolean fits, String what, Tensor... others) {
        if (!fits) {
            var shapes = new StringBuilder();
            for (Tensor t : others) {
                shapes.append(shapes.isEmpty() ? "" : " and ").append(t.shape());
            }
            throw new IllegalArgumentException("%s: expected %s, not %s".formatted(name, what, shapes));
        }
    }

    /**
     * The sums of products over the last dimensions of both: [..., k] and [___, k] to [..., ___]. With a scalar, the
     * product.
     */
    default Tensor inner(Tensor other) {
        Tensor x = self();
        if (x.dim() == 0 || other.dim() == 0) {
            return x.mul(other);
        }
        require("inner", x.size(-1) == other.size(-1), "last dimensions of equal size", x, other);
        Tensor product = Products.matmul("inner", rows(x), rows(other).t(), null);
        long[] shape = Arrays.copyOf(Ops.shape(x), x.dim() - 1 + other.dim() - 1);
        System.arraycopy(Ops.shape(other), 0, shape, x.dim() - 1, other.dim() - 1);
        return product.reshape(shape);
    }

    /** {@return the tensor with all dimensions but the last flattened} */
    private static Tensor rows(Tensor t) {
        long[] shape = Ops.shape(t);
        return t.reshape(Dims.numel(Arrays.copyOf(shape, shape.length - 1)), shape[shape.length - 1]);
    }

    /** {@return the outer product of two vectors: [m], [n] to [m, n]; an alias of outer} */
    default Tensor ger(Tensor other) {
        return self().outer(other);
    }

    /** {@return the dot products of vectors along the last dimension; other dimensions broadcast} */
    default Tensor vecdot(Tensor other) {
        return vecdot(other, -1);
    }

    /** {@return the dot products of vectors along a dimension of the shape to which both broadcast} */
    default Tensor vecdot(Tensor other, int dim) {
        Tensor x = self();
        DType t = Promotion.of(x, other);
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "vecdot: expected floating vectors, not %s and %s".formatted(x.dtype(), other.dtype()));
        }
        long[] shape = Broadcasting.pair("vecdot", Ops.shape(x), Ops.shape(other));
        int d = Dims.normalize("vecdot", dim, shape.length);
        if (shape.length == 0) {
            return x.mul(other);
        }
        // expands both along the dimension: a broadcast element counts once per index
        Tensor a = x.expand(shape);
        Tensor b = other.expand(shape);
        var product = mul(cast(t, input(0, x.dtype())), cast(t, input(1, other.dtype())));
        var sum = new Reduce(ReduceOp.SUM, Kernel.of(product), new Number[0], new int[] {d});
        return Ops.applyAll(sum, a, b)[0].squeeze(d);
    }

    /** {@return this plus the product of a matrix [m, n] and a vector [n]} */
    default Tensor addmv(Tensor matrix, Tensor vector) {
        return addmv(matrix, vector, 1, 1);
    }

    /**
     * {@code beta} times this, expanded to [m], plus {@code alpha} times the product of a matrix [m, n] and a vector
     * [n].
     *
     * @throws IllegalArgumentException if shapes do not match
     */
    default Tensor addmv(Tensor matrix, Tensor vector, Number beta, Number alpha) {
        require(
                "addmv",
                matrix.dim() == 2 && vector.dim() == 1 && matrix.size(1) == vector.size(0),
                "a matrix [m, n] and a vector [n]",
                matrix,
                vector);
        return ScaledSums.of("addmv", self(), Products.matmul("addmv", matrix, vector, null), beta, alpha);
    }

    /** {@return this plus the outer product of two vectors} */
    default Tensor addr(Tensor vec1, Tensor vec2) {
        return addr(vec1, vec2, 1, 1);
    }

    /**
     * {@code beta} times this, expanded to [m, n], plus {@code alpha} times the outer product of two vectors [m] and
     * [n].
     *
     * @throws IllegalArgumentException if shapes do not match
     */
    default Tensor addr(Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        require("addr", vec1.dim() == 1 && vec2.dim() == 1, "two vectors", vec1, vec2);
        return ScaledSums.of("addr", self(), vec1.outer(vec2), beta, alpha);
    }

    /** {@return this plus the sum of the products of two batches of matrices} */
    default Tensor addbmm(Tensor batch1, Tensor batch2) {
        return addbmm(batch1, batch2, 1, 1);
    }

    /**
     * {@code beta} times this, expanded to [m, n], plus {@code alpha} times the sum of the products of two batches of
     * matrices, [b, m, k] and [b, k, n].
     *
     * @throws IllegalArgumentException if shapes do not match
     */
    default Tensor addbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        require(
                "addbmm",
                batch1.dim() == 3
                        && batch2.dim() == 3
                        && batch1.size(0) == batch2.size(0)
                        && batch1.size(2) == batch2.size(1),
                "two batches of matrices, [b, m, k] and [b, k, n]",
                batch1,
                batch2);
        long inner = batch1.size(0) * batch1.size(2);
        // one product, whose inner dimension combines batch and inner dimension
        Tensor left = batch1.transpose(0, 1).reshape(batch1.size(1), inner);
        Tensor product = Products.matmul("addbmm", left, batch2.reshape(inner, batch2.size(2)), null);
        return ScaledSums.of("addbmm", self(), product, beta, alpha);
    }

    /**
     * Slices along a dimension, scaled down where their p-norm exceeds {@code maxnorm}.
     *
     * @throws IllegalArgumentException unless this is floating, of at least two dimensions, p is positive and maxnorm
     *     not negative
     */
    default Tensor renorm(Number p, int dim, Number maxnorm) {
        Tensor x = self();
        if (x.dim() < 2 || !x.dtype().isFloating() || !(p.doubleValue() > 0) || !(maxnorm.doubleValue() >= 0)) {
            throw new IllegalArgumentException(
                    "renorm: expected at least 2 dimensions of a floating type, p > 0 and maxnorm >= 0, not shape %s of %s, p = %s, maxnorm = %s"
                            .formatted(x.shape(), x.dtype(), p, maxnorm));
        }
        int d = Dims.normalize("renorm", dim, x.dim());
        var others = new int[x.dim() - 1];
        Arrays.setAll(others, i -> i < d ? i : i + 1);
        return Renorm.scale(x, x.norm(p.doubleValue(), others, KeepDim.KEEP_DIM), maxnorm);
    }
}
