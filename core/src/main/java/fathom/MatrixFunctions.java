package fathom;

import fathom.DecompositionOps.Eigh;
import fathom.DecompositionOps.Qr;
import fathom.DecompositionOps.Slogdet;
import fathom.DecompositionOps.Svd;
import fathom.MatrixFunctionOps.Eig;
import fathom.MatrixFunctionOps.Lstsq;

/** Static forms of linear algebra. Part of {@link Tensors}. */
public abstract class MatrixFunctions extends Arrangements {
    MatrixFunctions() {}

    /** {@return sums of products over the last dimensions; see {@link MatrixProductOps#inner}} */
    public static Tensor inner(Tensor x, Tensor y) {
        return x.inner(y);
    }

    /** {@return the products of all pairs of two vectors} */
    public static Tensor ger(Tensor x, Tensor y) {
        return x.ger(y);
    }

    /** {@return sums of products of vectors along the last dimension} */
    public static Tensor vecdot(Tensor x, Tensor y) {
        return x.vecdot(y);
    }

    /** {@return sums of products of vectors along a dimension} */
    public static Tensor vecdot(Tensor x, Tensor y, int dim) {
        return x.vecdot(y, dim);
    }

    /** {@return input plus the product of a matrix with a vector} */
    public static Tensor addmv(Tensor input, Tensor matrix, Tensor vector) {
        return input.addmv(matrix, vector);
    }

    /** {@return {@code beta} input plus {@code alpha} times the product of a matrix with a vector} */
    public static Tensor addmv(Tensor input, Tensor matrix, Tensor vector, Number beta, Number alpha) {
        return input.addmv(matrix, vector, beta, alpha);
    }

    /** {@return input plus the products of all pairs of two vectors} */
    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2) {
        return input.addr(vec1, vec2);
    }

    /** {@return {@code beta} input plus {@code alpha} times the products of all pairs of two vectors} */
    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        return input.addr(vec1, vec2, beta, alpha);
    }

    /** {@return input plus the sum of the products of matrices in two batches} */
    public static Tensor addbmm(Tensor input, Tensor batch1, Tensor batch2) {
        return input.addbmm(batch1, batch2);
    }

    /** {@return {@code beta} input plus {@code alpha} times the sum of products of matrices in two batches} */
    public static Tensor addbmm(Tensor input, Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return input.addbmm(batch1, batch2, beta, alpha);
    }

    /** {@return slices whose p-norm is above {@code maxnorm} scaled down to it} */
    public static Tensor renorm(Tensor x, Number p, int dim, Number maxnorm) {
        return x.renorm(p, dim, maxnorm);
    }

    /**
     * The product of at least two matrices, in the order of the fewest multiplications.
     *
     * @param factors matrices; the first may be a row, the last a column, of one dimension
     * @throws IllegalArgumentException if they cannot be multiplied
     */
    public static Tensor multiDot(Tensor... factors) {
        return MatrixChain.multiply(factors);
    }

    /** {@return inverses; see {@link DecompositionOps#inv}} */
    public static Tensor inv(Tensor x) {
        return x.inv();
    }

    /** {@return determinants; see {@link DecompositionOps#det}} */
    public static Tensor det(Tensor x) {
        return x.det();
    }

    /** {@return logarithms of determinants; see {@link DecompositionOps#logdet}} */
    public static Tensor logdet(Tensor x) {
        return x.logdet();
    }

    /** {@return signs and logarithms of determinants; see {@link DecompositionOps#slogdet}} */
    public static Slogdet slogdet(Tensor x) {
        return x.slogdet();
    }

    /** {@return X of {@code a X = b}; see {@link DecompositionOps#solve}} */
    public static Tensor solve(Tensor a, Tensor b) {
        return a.solve(b);
    }

    /** {@return lower triangular factors; see {@link DecompositionOps#cholesky}} */
    public static Tensor cholesky(Tensor x) {
        return x.cholesky();
    }

    /** {@return orthogonal and triangular factors; see {@link DecompositionOps#qr}} */
    public static Qr qr(Tensor x) {
        return x.qr();
    }

    /** {@return singular values and vectors; see {@link DecompositionOps#svd}} */
    public static Svd svd(Tensor x) {
        return x.svd();
    }

    /** {@return singular values, greatest first} */
    public static Tensor svdvals(Tensor x) {
        return x.svdvals();
    }

    /** {@return eigenvalues and vectors of symmetric matrices; see {@link DecompositionOps#eigh}} */
    public static Eigh eigh(Tensor x) {
        return x.eigh();
    }

    /** {@return eigenvalues of symmetric matrices, least first} */
    public static Tensor eigvalsh(Tensor x) {
        return x.eigvalsh();
    }

    /** {@return real eigenvalues and eigenvectors; see {@link MatrixFunctionOps#eig}} */
    public static Eig eig(Tensor x) {
        return x.eig();
    }

    /** {@return real eigenvalues; see {@link MatrixFunctionOps#eig}} */
    public static Tensor eigvals(Tensor x) {
        return x.eigvals();
    }

    /** {@return pseudo-inverses of Moore and Penrose} */
    public static Tensor pinv(Tensor x) {
        return x.pinv();
    }

    /** {@return ranks: the number of singular values above the tolerance, int64 [...]} */
    public static Tensor matrixRank(Tensor x) {
        return x.matrixRank();
    }

    /** {@return least squares solutions of {@code a X = b}; see {@link MatrixFunctionOps#lstsq(Tensor, Double)}} */
    public static Lstsq lstsq(Tensor a, Tensor b) {
        return a.lstsq(b);
    }

    /** {@return exponentials of square matrices} */
    public static Tensor matrixExp(Tensor x) {
        return x.matrixExp();
    }

    /** {@return the n-th powers of square matrices} */
    public static Tensor matrixPower(Tensor x, int n) {
        return x.matrixPower(n);
    }

    /** {@return p-norms over some dimensions} */
    public static Tensor vectorNorm(Tensor x, double ord, int[] dims, KeepDim keep) {
        return x.vectorNorm(ord, dims, keep);
    }

    /** {@return norms {@code fro} or {@code nuc} of matrices} */
    public static Tensor matrixNorm(Tensor x, String ord) {
        return x.matrixNorm(ord);
    }

    /** {@return norms of matrices; see {@link MatrixFunctionOps#matrixNorm(double, int[], KeepDim)}} */
    public static Tensor matrixNorm(Tensor x, double ord) {
        return x.matrixNorm(ord);
    }

    /** {@return condition numbers: the greatest singular value over the least} */
    public static Tensor cond(Tensor x) {
        return x.cond();
    }

    /** {@return X of {@code a X = b} for triangular matrices} */
    public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper) {
        return a.solveTriangular(b, upper);
    }

    /** {@return X of {@code L L^T X = b}} */
    public static Tensor choleskySolve(Tensor b, Tensor l) {
        return b.choleskySolve(l);
    }

    /** {@return the inverses of {@code L L^T}} */
    public static Tensor choleskyInverse(Tensor l) {
        return l.choleskyInverse();
    }
}
