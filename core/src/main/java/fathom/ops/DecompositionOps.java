package fathom.ops;

import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.MatrixArguments;
import fathom.linalg.Cholesky;
import fathom.linalg.Determinant;
import fathom.linalg.Eigen;
import fathom.linalg.Inverse;
import fathom.linalg.LogDeterminant;
import fathom.linalg.QrFactors;
import fathom.linalg.SingularValues;
import fathom.linalg.Solve;
import fathom.primitive.Ops;

/**
 * Inverses and decompositions of matrices {@code [..., m, n]}, singly or batched, computed in float64 by EJML. All are
 * differentiable. Floating types only.
 */
public sealed interface DecompositionOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor square(String name) {
        return MatrixArguments.square(name, self());
    }

    private Tensor matrices(String name) {
        return MatrixArguments.floating(name, self());
    }

    /**
     * {@return the inverses}
     *
     * @throws ArithmeticException if a matrix is singular
     */
    default Tensor inv() {
        return Ops.applyAll(new Inverse(), square("inv"))[0];
    }

    /** {@return the determinants} */
    default Tensor det() {
        return Ops.applyAll(new Determinant(), square("det"))[0];
    }

    /** {@return the logarithms of the determinants: NaN for negative ones, -infinity for 0} */
    default Tensor logdet() {
        Slogdet d = slogdet("logdet");
        return Tensors.where(d.sign().lt(0), Double.NaN, d.logabsdet());
    }

    /**
     * {@return the signs (1, -1 or 0) of the determinants and the logarithms of their absolute values (-infinity for
     * 0), which neither overflow nor underflow as {@link #det} may}
     *
     * <p>The gradient is NaN for singular matrices.
     */
    default Slogdet slogdet() {
        return slogdet("slogdet");
    }

    private Slogdet slogdet(String name) {
        Tensor[] both = Ops.applyAll(new LogDeterminant(), square(name));
        return new Slogdet(both[0], both[1]);
    }

    /**
     * {@return the solution X of {@code this X = b}: for matrices b [..., n, k], for one vector [n], or for a batch of
     * vectors, one per matrix of this [..., n, n]: [..., n]}
     *
     * <p>As in PyTorch, b is a batch of vectors only if its shape is exactly that of this without its last dimension.
     *
     * @throws ArithmeticException if a matrix is singular
     */
    default Tensor solve(Tensor b) {
        Tensor a = square("solve");
        long[] rows = java.util.Arrays.copyOf(Ops.shape(a), a.dim() - 1);
        boolean vectors = b.dim() == 1 || java.util.Arrays.equals(Ops.shape(b), rows);
        return vectors ? solveMatrices(a, b.unsqueeze(-1)).squeeze(-1) : solveMatrices(a, b);
    }

    private static Tensor solveMatrices(Tensor a, Tensor b) {
        if (b.dim() < 2 || b.size(-2) != a.size(-1) || b.dtype() != a.dtype()) {
            throw new IllegalArgumentException(
                    "solve: matrices %s of %s and right sides %s of %s do not fit"
                            .formatted(a.shape(), a.dtype(), b.shape(), b.dtype()));
        }
        long[] batch =
                fathom.primitive.Broadcasting.pair(
                        "solve",
                        java.util.Arrays.copyOf(Ops.shape(a), a.dim() - 2),
                        java.util.Arrays.copyOf(Ops.shape(b), b.dim() - 2));
        return Ops.applyAll(new Solve(), stretch(a, batch), stretch(b, batch))[0];
    }

    private static Tensor stretch(Tensor t, long[] batch) {
        long[] shape = java.util.Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = t.size(-2);
        shape[batch.length + 1] = t.size(-1);
        return t.expand(shape);
    }

    /**
     * {@return the lower triangular L with {@code L L^T = this}}
     *
     * @throws ArithmeticException if a matrix is not symmetric positive definite
     */
    default Tensor cholesky() {
        return Ops.applyAll(new Cholesky(), square("cholesky"))[0];
    }

    /**
     * {@return orthonormal columns Q and upper triangular R with {@code Q R = this}; for [m, n], Q is [m, min(m, n)]}
     */
    default Qr qr() {
        Tensor[] qr = Ops.applyAll(new QrFactors(), matrices("qr"));
        return new Qr(qr[0], qr[1]);
    }

    /**
     * {@return singular values, in descending order, with their vectors: {@code U diag(S) Vh = this}, U and Vh of k =
     * min(m, n)}
     */
    default Svd svd() {
        Tensor[] usv = Ops.applyAll(new SingularValues(), matrices("svd"));
        return new Svd(usv[0], usv[1], usv[2]);
    }

    /**
     * {@return eigenvalues, in ascending order, and orthonormal eigenvectors (columns) of symmetric matrices; only the
     * lower triangle is read}
     */
    default Eigh eigh() {
        Tensor[] wv = Ops.applyAll(new Eigen(), square("eigh"));
        return new Eigh(wv[0], wv[1]);
    }

    /**
     * Signs and logarithms of determinants.
     *
     * @param sign 1, -1, or 0 for singular matrices
     * @param logabsdet the logarithms of the absolute values
     */
    record Slogdet(Tensor sign, Tensor logabsdet) {}

    /**
     * The QR decomposition.
     *
     * @param q orthonormal columns
     * @param r upper triangular
     */
    record Qr(Tensor q, Tensor r) {}

    /**
     * Singular values and vectors.
     *
     * @param u left vectors, as columns
     * @param s values, in descending order
     * @param vh right vectors, as rows
     */
    record Svd(Tensor u, Tensor s, Tensor vh) {}

    /**
     * Eigenvalues and eigenvectors.
     *
     * @param eigenvalues in ascending order
     * @param eigenvectors as columns
     */
    record Eigh(Tensor eigenvalues, Tensor eigenvectors) {}
}
