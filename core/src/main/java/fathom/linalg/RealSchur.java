package fathom.linalg;

import java.util.BitSet;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.decomposition.hessenberg.HessenbergSimilarDecomposition_DDRM;

/**
 * The real Schur decomposition of one square matrix with real eigenvalues: {@code A = Q T Q^T} with Q orthogonal and T
 * upper triangular, with the eigenvalues on its diagonal.
 *
 * <p>EJML computes the Hessenberg form from which the iteration starts. It also has eigenvectors of nonsymmetric
 * matrices, but wrong ones for repeated eigenvalues (0.46.1), and no Schur decomposition.
 *
 * <p>Rounding turns repeated eigenvalues into pairs with small imaginary parts: those count as real.
 */
final class RealSchur {
    private static final double EPSILON = 0x1p-52;

    /** Imaginary parts up to this multiple of the matrix's norm are attributed to rounding. */
    private static final double ROUNDING = 1e-10;

    /** Steps per eigenvalue before an exceptional shift; usually a few suffice. */
    private static final int EXCEPTIONAL_INTERVAL = 10;

    private static final int MAX_STEPS = 20 * EXCEPTIONAL_INTERVAL;

    private final String operation;
    private final int number;
    private final int n;

    /** The power of two by which the matrix is scaled, against overflow. */
    private final double scale;

    private final DMatrixRMaj t;
    private final DMatrixRMaj q;

    /**
     * Decomposes a matrix.
     *
     * @param operation the name for error messages
     * @param number the matrix's index in the batch, for error messages
     * @throws ArithmeticException if an eigenvalue is not real, an element not finite, or the iteration does not
     *     converge
     */
    RealSchur(String operation, int number, DMatrixRMaj a) {
        this.operation = operation;
        this.number = number;
        Matrices.requireFinite(operation, number, a);
        n = a.numRows;
        scale = Math.scalb(1.0, Math.getExponent(CommonOps_DDRM.elementMaxAbs(a)));
        var scaled = a.copy();
        CommonOps_DDRM.divide(scaled, scale);
        double rounding = ROUNDING * NormOps_DDRM.normF(scaled);
        var hessenberg = new HessenbergSimilarDecomposition_DDRM(n);
        if (!hessenberg.decompose(scaled)) {
            throw diverged();
        }
        t = hessenberg.getH(null);
        q = hessenberg.getQ(null);
        BitSet coupled = iterate();
        coupled.stream().forEach(row -> triangularise(row - 1, rounding));
    }

    private ArithmeticException diverged() {
        return Matrices.failure(operation, number, "not decomposed: the iteration did not converge");
    }

    /** Reduces T to diagonal blocks of at most two rows, and returns the second rows of the two-row blocks. */
    private BitSet iterate() {
        double norm = NormOps_DDRM.normF(t);
        var coupled = new BitSet(n);
        int steps = 0;
        for (int last = n - 1; last > 0; ) {
            int first = last;
            while (first > 0 && !isNegligible(first, norm)) {
                first--;
            }
            if (first > 0) {
                t.set(first, first - 1, 0);
            }
            if (last - first <= 1) {
                coupled.set(last, last > first);
                last = first - 1;
                steps = 0;
            } else if (steps++ == MAX_STEPS) {
                throw diverged();
            } else {
                step(first, last, steps % EXCEPTIONAL_INTERVAL == 0);
            }
        }
        return coupled;
    }

    /** Whether a row's subdiagonal element is negligible relative to its diagonal neighbours. */
    private boolean isNegligible(int row, double norm) {
        double neighbours = Math.abs(t.get(row, row)) + Math.abs(t.get(row - 1, row - 1));
        return Math.abs(t.get(row, row - 1)) <= EPSILON * (neighbours == 0 ? norm : neighbours);
    }

    /**
     * One implicit double-shift QR step on a diagonal block, with the eigenvalues of its last two rows as shifts, or
     * with exceptional ones.
     *
     * @see <a href="https://doi.org/10.1093/comjnl/4.3.265">Francis, The QR transformation</a>
     */
    private void step(int first, int last, boolean exceptional) {
        double size = Math.abs(t.get(last, last - 1)) + Math.abs(t.get(last - 1, last - 2));
        double a = t.get(last - 1, last - 1);
        double d = t.get(last, last);
        double sum = exceptional ? 1.5 * size : a + d;
        double product = exceptional ? size * size : a * d - t.get(last - 1, last) * t.get(last, last - 1);
        double corner = t.get(first, first);
        double below = t.get(first + 1, first);
        var x =
                new double[] {
                    corner * (corner - sum) + product + t.get(first, first + 1) * below,
                    below * (corner + t.get(first + 1, first + 1) - sum),
                    below * t.get(first + 2, first + 1)
                };
        for (int k = first; k < last; k++) {
            x = k + 1 < last ? x : new double[] {x[0], x[1]};
            reflect(x);
            mirrorRows(k, x, Math.max(first, k - 1));
            mirrorColumns(t, k, x, Math.min(k + 3, last));
            mirrorColumns(q, k, x, n - 1);
            for (int i = k + 1; i < k + x.length && k > first; i++) {
                t.set(i, k - 1, 0);
            }
            for (int i = 0; i < x.length; i++) {
                x[i] = k + 1 + i <= last ? t.get(k + 1 + i, k) : 0;
            }
        }
    }

    /**
     * Replaces x by the Householder vector v of norm sqrt(2) whose reflection {@code I - v v^T} maps x to a multiple of
     * e1; or by 0.
     */
    private static void reflect(double[] x) {
        double greatest = 0;
        for (double v : x) {
            greatest = Math.max(greatest, Math.abs(v));
        }
        if (greatest == 0) {
            return;
        }
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] /= greatest;
            squares += x[i] * x[i];
        }
        double length = Math.sqrt(squares);
        double factor = 1 / Math.sqrt(length * (length + Math.abs(x[0])));
        x[0] += Math.copySign(length, x[0]);
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    private void mirrorRows(int k, double[] v, int from) {
        for (int c = from; c < n; c++) {
            double dot = 0;
            for (int i = 0; i < v.length; i++) {
                dot += v[i] * t.get(k + i, c);
            }
            for (int i = 0; i < v.length; i++) {
                t.set(k + i, c, t.get(k + i, c) - dot * v[i]);
            }
        }
    }

    private static void mirrorColumns(DMatrixRMaj m, int k, double[] v, int lastRow) {
        for (int r = 0; r <= lastRow; r++) {
            double dot = 0;
            for (int i = 0; i < v.length; i++) {
                dot += v[i] * m.get(r, k + i);
            }
            for (int i = 0; i < v.length; i++) {
                m.set(r, k + i, m.get(r, k + i) - dot * v[i]);
            }
        }
    }

    /** Rotates the block of rows k and k + 1 to make it upper triangular. */
    private void triangularise(int k, double rounding) {
        double b = t.get(k, k + 1);
        double c = t.get(k + 1, k);
        double half = (t.get(k, k) - t.get(k + 1, k + 1)) / 2;
        double discriminant = half * half + b * c;
        double imaginary = discriminant < 0 ? Math.sqrt(-discriminant) : 0;
        if (imaginary > rounding) {
            throw Matrices.failure(
                    operation,
                    number,
                    "without real eigenvalues: one is %s + %si, and there are no complex tensors"
                            .formatted((t.get(k, k) - half) * scale, imaginary * scale));
        }
        // an eigenvector of the block; for a nearly repeated eigenvalue the better conditioned of two formulas
        double x = half + Math.copySign(Math.sqrt(Math.max(discriminant, 0)), half);
        double y = c;
        if (discriminant < 0 && Math.hypot(b, half) > Math.hypot(x, y)) {
            x = b;
            y = -half;
        }
        double length = Math.hypot(x, y);
        double cos = length == 0 ? 1 : x / length;
        double sin = length == 0 ? 0 : y / length;
        rotateRows(k, cos, sin, k);
        rotateColumns(t, k, cos, sin, k + 1);
        rotateColumns(q, k, cos, sin, n - 1);
        t.set(k + 1, k, 0);
    }

    private void rotateRows(int k, double cos, double sin, int from) {
        for (int c = from; c < n; c++) {
            double a = t.get(k, c);
            double b = t.get(k + 1, c);
            t.set(k, c, cos * a + sin * b);
            t.set(k + 1, c, cos * b - sin * a);
        }
    }

    private static void rotateColumns(DMatrixRMaj m, int k, double cos, double sin, int lastRow) {
        for (int r = 0; r <= lastRow; r++) {
            double a = m.get(r, k);
            double b = m.get(r, k + 1);
            m.set(r, k, cos * a + sin * b);
            m.set(r, k + 1, cos * b - sin * a);
        }
    }

    /** {@return the eigenvalues, in diagonal order} */
    DMatrixRMaj values() {
        var values = new DMatrixRMaj(n, 1);
        for (int i = 0; i < n; i++) {
            values.set(i, t.get(i, i) * scale);
        }
        return values;
    }

    /** {@return the eigenvectors, as columns of norm 1, in the order of the eigenvalues} */
    DMatrixRMaj vectors() {
        double least = Math.max(EPSILON * CommonOps_DDRM.elementMaxAbs(t), Double.MIN_NORMAL);
        var triangular = new DMatrixRMaj(n, n);
        for (int k = 0; k < n; k++) {
            double[] x = solve(k, least);
            for (int r = 0; r <= k; r++) {
                triangular.set(r, k, x[r]);
            }
        }
        var vectors = new DMatrixRMaj(n, n);
        CommonOps_DDRM.mult(q, triangular, vectors);
        return vectors;
    }

    /** Computes an eigenvector of T with norm 1; that of a repeated eigenvalue may be (nearly) parallel to another. */
    private double[] solve(int k, double least) {
        var x = new double[k + 1];
        x[k] = 1;
        for (int r = k - 1; r >= 0; r--) {
            double sum = 0;
            for (int c = r + 1; c <= k; c++) {
                sum += t.get(r, c) * x[c];
            }
            double pivot = t.get(k, k) - t.get(r, r);
            x[r] = sum / (Math.abs(pivot) < least ? least : pivot);
            scale(x, Math.abs(x[r]) > 1e100 ? 1 / Math.abs(x[r]) : 1);
        }
        double squares = 0;
        for (double v : x) {
            squares += v * v;
        }
        scale(x, 1 / Math.sqrt(squares));
        return x;
    }

    private static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length && factor != 1; i++) {
            x[i] *= factor;
        }
    }
}
