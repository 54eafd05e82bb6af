package fathom.ops;

import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Products;
import fathom.composition.ScaledSums;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Ops;

/**
 * Products of vectors and matrices, and parts of matrices.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/linear-algebra.html">Dive into Deep Learning, Linear Algebra</a>
 */
public sealed interface LinearAlgebraOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor require(String name, boolean fits, String what, Tensor... others) {
        if (!fits) {
            var shapes = new StringBuilder(self().shape().toString());
            for (Tensor t : others) {
                shapes.append(" and ").append(t.shape());
            }
            throw new IllegalArgumentException("%s: expected %s, not %s".formatted(name, what, shapes));
        }
        return self();
    }

    /** {@return the dot product of two vectors of equal length} */
    default Tensor dot(Tensor other) {
        boolean fits = self().dim() == 1 && other.dim() == 1 && self().numel() == other.numel();
        return Products.matmul("dot", require("dot", fits, "two vectors of equal length", other), other, null);
    }

    /** {@return the product of a matrix [m, n] and a vector [n]} */
    default Tensor mv(Tensor vector) {
        boolean fits = self().dim() == 2 && vector.dim() == 1;
        return Products.matmul("mv", require("mv", fits, "a matrix and a vector", vector), vector, null);
    }

    /** {@return the product of two matrices, [m, k] and [k, n]} */
    default Tensor mm(Tensor other) {
        return product("mm", self(), other);
    }

    /** {@return the products of two batches of matrices, [b, m, k] and [b, k, n]} */
    default Tensor bmm(Tensor other) {
        boolean fits = self().dim() == 3 && other.dim() == 3 && self().size(0) == other.size(0);
        return Products.matmul("bmm", require("bmm", fits, "two batches of equally many matrices", other), other, null);
    }

    /**
     * The matrix product by PyTorch's rules: two vectors yield a scalar; a vector on the left is a row, on the right a
     * column, and that dimension is removed; dimensions before the last two are batch dimensions and broadcast.
     *
     * @throws IllegalArgumentException if the inner dimensions differ, naming both shapes
     */
    default Tensor matmul(Tensor other) {
        return Products.matmul("matmul", self(), other, null);
    }

    /** {@return the outer product of two vectors: [m], [n] to [m, n]} */
    default Tensor outer(Tensor other) {
        return require("outer", self().dim() == 1 && other.dim() == 1, "two vectors", other)
                .unsqueeze(1)
                .mul(other.unsqueeze(0));
    }

    /** {@return {@code this} (a vector or matrix, broadcast) plus the product of two matrices} */
    default Tensor addmm(Tensor a, Tensor b) {
        boolean row = self().dim() == 1 && b.dim() == 2 && self().size(0) == b.size(1) && a.dim() == 2;
        return row ? Products.matmul("addmm", a, b, self()) : addmm(a, b, 1, 1);
    }

    private static Tensor product(String name, Tensor a, Tensor b) {
        Tensor left = ((LinearAlgebraOps) a).require(name, a.dim() == 2 && b.dim() == 2, "two matrices", b);
        return Products.matmul(name, left, b, null);
    }

    /**
     * {@return {@code beta} times this, expanded, plus {@code alpha} times the product of two matrices; if {@code beta}
     * is 0 this is ignored, so its NaN and infinities do not propagate}
     */
    default Tensor addmm(Tensor a, Tensor b, Number beta, Number alpha) {
        return ScaledSums.of("addmm", self(), product("addmm", a, b), beta, alpha);
    }

    /** {@return {@code this} plus the products of two batches of matrices} */
    default Tensor baddbmm(Tensor a, Tensor b) {
        return baddbmm(a, b, 1, 1);
    }

    /** {@return {@code beta} times this plus {@code alpha} times the products of two batches of matrices} */
    default Tensor baddbmm(Tensor a, Tensor b, Number beta, Number alpha) {
        return ScaledSums.of("baddbmm", self(), a.bmm(b), beta, alpha);
    }

    /** {@return the sum of the diagonal of a matrix} */
    default Tensor trace() {
        return require("trace", self().dim() == 2, "a matrix").diagonal().sum();
    }

    /** {@return the lower triangles of matrices, with zeros above} */
    default Tensor tril() {
        return tril(0);
    }

    /** {@return the elements of matrices on and below diagonal {@code diagonal}, with zeros above} */
    default Tensor tril(long diagonal) {
        return triangle("tril", true, diagonal);
    }

    /** {@return the upper triangles of matrices, with zeros below} */
    default Tensor triu() {
        return triu(0);
    }

    /** {@return the elements of matrices on and above diagonal {@code diagonal}, with zeros below} */
    default Tensor triu(long diagonal) {
        return triangle("triu", false, diagonal);
    }

    private Tensor numbers(long n) {
        return TensorAccess.at(self(), () -> Tensors.arange(n));
    }

    private Tensor triangle(String name, boolean lower, long diagonal) {
        Tensor x = require(name, self().dim() >= 2, "matrices");
        // beyond the corners all elements are on one side
        long nearest = Math.clamp(diagonal, -x.size(-2), x.size(-1));
        Tensor rows = numbers(x.size(-2)).add(nearest).unsqueeze(1);
        Tensor columns = numbers(x.size(-1)).unsqueeze(0);
        Tensor inside = lower ? columns.le(rows) : columns.ge(rows);
        return x.where(inside, x.newZeros());
    }

    /** {@return the matrix with a vector as its diagonal, or the diagonal of a matrix} */
    default Tensor diag() {
        return diag(0);
    }

    /** {@return as {@link #diag()}, for diagonal {@code diagonal}: above (positive) or below the main one} */
    default Tensor diag(long diagonal) {
        Tensor x = self();
        if (x.dim() == 2) {
            return x.diagonal(diagonal, 0, 1).clone();
        }
        require("diag", x.dim() == 1, "a vector or a matrix");
        long n = x.numel() + Math.abs(diagonal);
        Tensor out = x.newZeros(n, n);
        out.diagonal(diagonal, 0, 1).copy_(x);
        return out;
    }

    /** {@return matrices with vectors as their diagonals: [..., n] to [..., n, n]} */
    default Tensor diagEmbed() {
        Tensor x = self();
        return x.unsqueeze(-1).mul(TensorAccess.at(x, () -> Tensors.eye(x.size(-1), x.size(-1), x.dtype())));
    }

    /** {@return the Kronecker product: each element of this times the whole other tensor} */
    default Tensor kron(Tensor other) {
        int rank = Math.max(self().dim(), other.dim());
        Tensor a = leading(self(), rank);
        Tensor b = leading(other, rank);
        var left = new long[2 * rank];
        var right = new long[2 * rank];
        var out = new long[rank];
        for (int d = 0; d < rank; d++) {
            left[2 * d] = a.size(d);
            left[2 * d + 1] = 1;
            right[2 * d] = 1;
            right[2 * d + 1] = b.size(d);
            out[d] = a.size(d) * b.size(d);
        }
        return a.reshape(left).mul(b.reshape(right)).reshape(out);
    }

    private static Tensor leading(Tensor t, int rank) {
        var shape = new long[rank];
        java.util.Arrays.fill(shape, 1);
        System.arraycopy(Ops.shape(t), 0, shape, rank - t.dim(), t.dim());
        return t.reshape(shape);
    }

    /** {@return the cross products of 3-element vectors along the last dimension} */
    default Tensor cross(Tensor other) {
        return cross(other, -1);
    }

    /** {@return the cross products of 3-element vectors along a dimension} */
    default Tensor cross(Tensor other, int dim) {
        Tensor[] both = self().broadcastWith(other);
        Tensor a = both[0];
        Tensor b = both[1];
        require("cross", a.size(dim) == 3, "3 elements along dimension " + dim, other);
        return a.roll(-1, dim).mul(b.roll(-2, dim)).sub(a.roll(-2, dim).mul(b.roll(-1, dim)));
    }
}
