package fathom;

/**
 * Products of vectors and matrices.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/linear-algebra.html">Dive into Deep Learning, Linear Algebra</a>
 */
public sealed interface LinearAlgebraOps permits Tensor {
    /** {@return this tensor} */
    Tensor self();

    /** {@return the sum of products of two rows of numbers of equal length} */
    default Tensor dot(Tensor other) {
        if (self().dim() != 1 || other.dim() != 1 || self().numel() != other.numel()) {
            throw new IllegalArgumentException(
                    "dot: wants two rows of equal length, not %s and %s".formatted(self().shape(), other.shape()));
        }
        return matmul(other);
    }

    /** {@return the product of a matrix [m, n] with a vector [n]} */
    default Tensor mv(Tensor vector) {
        if (self().dim() != 2 || vector.dim() != 1) {
            throw new IllegalArgumentException(
                    "mv: wants a matrix and a vector, not %s and %s".formatted(self().shape(), vector.shape()));
        }
        return matmul(vector);
    }

    /** {@return the product of two matrices, [m, k] and [k, n]} */
    default Tensor mm(Tensor other) {
        if (self().dim() != 2 || other.dim() != 2) {
            throw new IllegalArgumentException(
                    "mm: wants two matrices, not %s and %s".formatted(self().shape(), other.shape()));
        }
        return matmul(other);
    }

    /** {@return the products of matrices in two batches, [b, m, k] and [b, k, n]} */
    default Tensor bmm(Tensor other) {
        if (self().dim() != 3 || other.dim() != 3 || self().size(0) != other.size(0)) {
            throw new IllegalArgumentException(
                    "bmm: wants two batches of matrices of equal number, not %s and %s"
                            .formatted(self().shape(), other.shape()));
        }
        return matmul(other);
    }

    /**
     * The matrix product, PyTorch's rules: two vectors give a number; a vector on the left is a row, on the right a
     * column, and that dimension goes away; dimensions before the last two are batches and broadcast.
     *
     * @throws IllegalArgumentException if the inner dimensions differ, naming both shapes
     */
    default Tensor matmul(Tensor other) {
        return Products.matmul(self(), other, null);
    }

    /** {@return {@code this} (a vector or matrix, broadcast) plus the product of two matrices} */
    default Tensor addmm(Tensor a, Tensor b) {
        return self().dim() == 1 ? Products.matmul(a, b, self()) : a.mm(b).add(self());
    }
}
