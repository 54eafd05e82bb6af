package fathom.ops;

import static fathom.KeepDim.DROP_DIM;
import static fathom.KeepDim.KEEP_DIM;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.MatrixArguments;
import fathom.composition.MatrixNorms;
import fathom.dispatch.TensorAccess;
import fathom.linalg.Cutoff;
import fathom.linalg.GeneralEigen;
import fathom.linalg.LeastSquares;
import fathom.linalg.MatrixExponential;
import fathom.linalg.PseudoInverse;
import fathom.linalg.TriangularSolve;
import fathom.primitive.Broadcasting;
import fathom.primitive.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Matrix functions of {@code [..., m, n]}, singly or batched, and systems of linear equations, in addition to those of
 * {@link DecompositionOps}. Computed internally in float64; floating types only.
 *
 * @see <a href="https://pytorch.org/docs/stable/linalg.html">PyTorch: torch.linalg</a>
 */
public sealed interface MatrixFunctionOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor matrices(String name) {
        return MatrixArguments.floating(name, self());
    }

    private Tensor square(String name) {
        return MatrixArguments.square(name, self());
    }

    /** {@return the singular values, in descending order: [..., min(m, n)]} */
    default Tensor svdvals() {
        return matrices("svdvals").svd().s();
    }

    /** {@return the eigenvalues of symmetric matrices, in ascending order; only the lower triangle is read} */
    default Tensor eigvalsh() {
        return square("eigvalsh").eigh().eigenvalues();
    }

    /**
     * Real eigenvalues and eigenvectors.
     *
     * @param eigenvalues in no particular order
     * @param eigenvectors as columns, of norm 1
     */
    record Eig(Tensor eigenvalues, Tensor eigenvectors) {}

    /**
     * The eigenvalues and eigenvectors of square matrices with real eigenvalues. (PyTorch always returns complex
     * results; there are no complex tensors here.)
     *
     * @throws ArithmeticException if an eigenvalue is not real
     */
    default Eig eig() {
        Tensor[] wv = Ops.applyAll(new GeneralEigen("eig"), square("eig"));
        return new Eig(wv[0], wv[1]);
    }

    /** {@return the eigenvalues of square matrices with real eigenvalues; see {@link #eig()}} */
    default Tensor eigvals() {
        return Ops.applyAll(new GeneralEigen("eigvals"), square("eigvals"))[0];
    }

    /** {@return the Moore-Penrose pseudo-inverses: [..., m, n] to [..., n, m]} */
    default Tensor pinv() {
        return pinv(null, null, false);
    }

    /**
     * The Moore-Penrose pseudo-inverses.
     *
     * @param atol singular values up to this are treated as 0; null for 0
     * @param rtol as are those up to this times the largest; null for max(m, n) times the type's machine epsilon, or
     *     for 0 if {@code atol} is positive
     * @param hermitian whether matrices are symmetric: only the lower triangles are read
     */
    default Tensor pinv(@Nullable Double atol, @Nullable Double rtol, boolean hermitian) {
        Tensor x = hermitian ? mirrored(square("pinv")) : matrices("pinv");
        return Ops.applyAll(new PseudoInverse(Cutoff.of(x, atol, rtol)), x)[0];
    }

    private static Tensor mirrored(Tensor x) {
        return x.tril().add(x.tril(-1).transpose(-2, -1));
    }

    /** {@return the ranks: the number of singular values above the tolerance, int64 [...]} */
    default Tensor matrixRank() {
        return matrixRank(null, null, false);
    }

    /** {@return the ranks, with tolerances as for {@link #pinv(Double, Double, boolean)}} */
    default Tensor matrixRank(@Nullable Double atol, @Nullable Double rtol, boolean hermitian) {
        Tensor given = hermitian ? square("matrixRank") : matrices("matrixRank");
        Tensor x = given.detach();
        Tensor s = hermitian ? x.eigvalsh().abs() : x.svdvals();
        if (s.size(-1) == 0) {
            return s.sum(-1).to(DType.INT64);
        }
        Cutoff cutoff = Cutoff.of(x, atol, rtol);
        Tensor least = s.amax(new int[] {-1}, KEEP_DIM).mul(cutoff.relative()).clampMin(cutoff.absolute());
        return s.gt(least).sum(-1);
    }

    /**
     * A least squares solution.
     *
     * @param solution the X of minimum norm that minimises {@code |A X - B|}
     * @param residuals the squared norms of the columns of {@code A X - B} if A has more rows than columns and full
     *     rank; else empty
     * @param rank the ranks of A
     * @param singularValues the singular values of A
     */
    record Lstsq(Tensor solution, Tensor residuals, Tensor rank, Tensor singularValues) {}

    /** {@return the least squares solution of {@code this X = b}; see {@link #lstsq(Tensor, Double)}} */
    default Lstsq lstsq(Tensor b) {
        return lstsq(b, null);
    }

    /**
     * The least squares solution of {@code this X = b}, for this [..., m, n] and b [..., m, k], or vectors [..., m],
     * one per matrix. Computed by singular value decomposition, so the solution has minimum norm.
     *
     * @param rcond singular values up to this times the largest are treated as 0; null for max(m, n) times the type's
     *     machine epsilon
     * @throws IllegalArgumentException if shapes or types do not match
     */
    default Lstsq lstsq(Tensor b, @Nullable Double rcond) {
        Tensor a = matrices("lstsq");
        long[] rows = Arrays.copyOf(Ops.shape(a), a.dim() - 1);
        boolean vectors = b.dim() == a.dim() - 1;
        boolean fits = vectors ? Arrays.equals(Ops.shape(b), rows) : b.dim() >= 2 && b.size(-2) == a.size(-2);
        if (!fits || b.dtype() != a.dtype()) {
            throw new IllegalArgumentException(
                    "lstsq: matrices %s of %s and right sides %s of %s do not fit"
                            .formatted(a.shape(), a.dtype(), b.shape(), b.dtype()));
        }
        Tensor right = vectors ? b.unsqueeze(-1) : b;
        long[] batch = Broadcasting.pair("lstsq", batch(a), batch(right));
        Tensor left = inBatch(a, batch);
        Cutoff cutoff = Cutoff.of(a, null, rcond);
        Tensor[] xs = Ops.applyAll(new LeastSquares(cutoff), left, inBatch(right, batch));
        Tensor x = vectors ? xs[0].squeeze(-1) : xs[0];
        Tensor s = xs[1].detach();
        Tensor rank =
                s.size(-1) == 0
                        ? s.sum(-1).to(DType.INT64)
                        : s.gt(s.amax(new int[] {-1}, KEEP_DIM).mul(cutoff.relative())).sum(-1);
        boolean exact = a.size(-2) > a.size(-1) && rank.eq(a.size(-1)).all().itemBoolean();
        Tensor residuals = exact ? left.matmul(xs[0]).sub(right).square().sum(-2) : a.newZeros(0);
        return new Lstsq(x, residuals, rank, s);
    }

    private static long[] batch(Tensor t) {
        return Arrays.copyOf(Ops.shape(t), t.dim() - 2);
    }

    private static Tensor inBatch(Tensor t, long[] batch) {
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = t.size(-2);
        shape[batch.length + 1] = t.size(-1);
        return t.expand(shape);
    }

    /** {@return the exponentials of square matrices} */
    default Tensor matrixExp() {
        return Ops.applyAll(new MatrixExponential(), square("matrixExp"))[0];
    }

    /**
     * {@return the n-th powers of square matrices; for negative n, those of the inverses}
     *
     * @throws ArithmeticException if n is negative and a matrix singular
     */
    default Tensor matrixPower(int n) {
        Tensor x = self();
        if (x.dim() < 2 || x.size(-1) != x.size(-2)) {
            throw new IllegalArgumentException("matrixPower: expected square matrices, not " + x.shape());
        }
        if (n == 0) {
            Tensor ones = TensorAccess.at(x, () -> Tensors.eye(x.size(-1), x.size(-1), x.dtype()));
            // never selects x, but keeps it in the graph: its gradient is zeros rather than absent
            return Tensors.where(x.newOnes(DType.BOOL), ones, x);
        }
        Tensor square = n < 0 ? x.inv() : x;
        Tensor product = null;
        for (long k = Math.abs((long) n); ; square = square.matmul(square)) {
            if (k % 2 == 1) {
                product = product == null ? square : product.matmul(square);
            }
            k /= 2;
            if (k == 0) {
                return product == null || product == x ? x.clone() : product;
            }
        }
    }

    /** {@return the p-norm of all elements, PyTorch's {@code linalg.vector_norm}} */
    default Tensor vectorNorm() {
        return self().norm();
    }

    /** {@return the p-norm of all elements} */
    default Tensor vectorNorm(double ord) {
        return self().norm(ord);
    }

    /** {@return the p-norms over some dimensions; see {@link ReductionOps#norm(double, int[], KeepDim)}} */
    default Tensor vectorNorm(double ord, int[] dims, KeepDim keep) {
        return self().norm(ord, dims, keep);
    }

    /** {@return the Frobenius norms of matrices: the square roots of the sums of squares} */
    default Tensor matrixNorm() {
        return matrixNorm("fro");
    }

    /** {@return the norms of matrices: {@code fro} (Frobenius) or {@code nuc} (nuclear, the sum of singular values)} */
    default Tensor matrixNorm(String ord) {
        return matrixNorm(ord, new int[] {-2, -1}, DROP_DIM);
    }

    /** {@return the norms of matrices; see {@link #matrixNorm(double, int[], KeepDim)}} */
    default Tensor matrixNorm(double ord) {
        return matrixNorm(ord, new int[] {-2, -1}, DROP_DIM);
    }

    /** {@return the norms {@code fro} or {@code nuc} of the matrices in two dimensions} */
    default Tensor matrixNorm(String ord, int[] dims, KeepDim keep) {
        return MatrixNorms.norm(matrices("matrixNorm"), ord, dims, keep);
    }

    /**
     * The norms of the matrices in two dimensions.
     *
     * @param ord 1 or -1 for the maximum or minimum absolute column sum, positive or negative infinity for the maximum
     *     or minimum absolute row sum, 2 or -2 for the largest or smallest singular value
     * @throws IllegalArgumentException for other orders
     */
    default Tensor matrixNorm(double ord, int[] dims, KeepDim keep) {
        return MatrixNorms.norm(matrices("matrixNorm"), ord, dims, keep);
    }

    /** {@return the condition numbers: the largest singular value over the smallest} */
    default Tensor cond() {
        return cond(2);
    }

    /** {@return the condition numbers in a norm of {@link #matrixNorm(double)}; infinity for singular matrices} */
    default Tensor cond(double p) {
        return MatrixNorms.cond(matrices("cond"), p);
    }

    /** {@return the condition numbers in the norm {@code fro} or {@code nuc}; infinity for singular matrices} */
    default Tensor cond(String p) {
        return MatrixNorms.cond(square("cond"), p);
    }

    /**
     * {@return the solution X of {@code this X = b} for triangular matrices; see {@link #solveTriangular(Tensor,
     * boolean, boolean, boolean)}}
     */
    default Tensor solveTriangular(Tensor b, boolean upper) {
        return solveTriangular(b, upper, true, false);
    }

    /**
     * The solution X of {@code this X = b} or {@code X this = b}, for triangular matrices [..., n, n]; batches
     * broadcast. A zero on the diagonal yields infinities, not an error.
     *
     * @param b [..., n, k] or, from the right, [..., k, n]
     * @param upper whether the upper rather than the lower triangle is read
     * @param left whether this is the left factor
     * @param unitriangular whether the diagonal is taken to be ones
     * @throws IllegalArgumentException if shapes or types do not match
     */
    default Tensor solveTriangular(Tensor b, boolean upper, boolean left, boolean unitriangular) {
        return triangular("solveTriangular", square("solveTriangular"), b, upper, left, unitriangular);
    }

    private static Tensor triangular(String name, Tensor a, Tensor b, boolean upper, boolean left, boolean unit) {
        if (b.dim() < 2 || b.size(left ? -2 : -1) != a.size(-1) || b.dtype() != a.dtype()) {
            throw new IllegalArgumentException(
                    "%s: matrices %s of %s and %s sides %s of %s do not fit"
                            .formatted(name, a.shape(), a.dtype(), left ? "right" : "left", b.shape(), b.dtype()));
        }
        if (!left) {
            return triangular(name, a.transpose(-2, -1), b.transpose(-2, -1), !upper, true, unit).transpose(-2, -1);
        }
        long[] batch = Broadcasting.pair(name, batch(a), batch(b));
        return Ops.applyAll(new TriangularSolve(upper, unit), inBatch(a, batch), inBatch(b, batch))[0];
    }

    /**
     * A solution of a triangular system.
     *
     * @param solution X
     * @param clonedCoefficient a copy of the matrices
     */
    record TriangularSolution(Tensor solution, Tensor clonedCoefficient) {}

    /** {@return the solution X of {@code a X = this}, for upper triangular matrices} */
    default TriangularSolution triangularSolve(Tensor a) {
        return triangularSolve(a, true, false, false);
    }

    /**
     * The solution X of {@code a X = this} or {@code a^T X = this}, for triangular matrices; in {@link
     * #solveTriangular(Tensor, boolean)} the receiver is the matrices.
     */
    default TriangularSolution triangularSolve(Tensor a, boolean upper, boolean transpose, boolean unitriangular) {
        MatrixFunctionOps coefficient = a;
        Tensor matrices = coefficient.square("triangularSolve");
        Tensor left = transpose ? matrices.transpose(-2, -1) : matrices;
        Tensor x = triangular("triangularSolve", left, self(), upper != transpose, true, unitriangular);
        return new TriangularSolution(x, a.clone());
    }

    /** {@return the solution X of {@code L L^T X = this}, with L as returned by {@link DecompositionOps#cholesky}} */
    default Tensor choleskySolve(Tensor l) {
        return choleskySolve(l, false);
    }

    /** {@return the solution X of {@code L L^T X = this} or, for upper triangular matrices, {@code U^T U X = this}} */
    default Tensor choleskySolve(Tensor factor, boolean upper) {
        MatrixFunctionOps given = factor;
        Tensor l = given.square("choleskySolve");
        l = upper ? l.transpose(-2, -1) : l;
        Tensor y = triangular("choleskySolve", l, self(), false, true, false);
        return triangular("choleskySolve", l.transpose(-2, -1), y, true, true, false);
    }

    /** {@return the inverses of {@code L L^T}, with L as returned by {@link DecompositionOps#cholesky}} */
    default Tensor choleskyInverse() {
        Tensor l = square("choleskyInverse");
        return TensorAccess.at(l, () -> Tensors.eye(l.size(-1), l.size(-1), l.dtype())).choleskySolve(l);
    }
}
