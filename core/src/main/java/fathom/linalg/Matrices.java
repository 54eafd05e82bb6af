package fathom.linalg;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/** Conversions between tensors and EJML's matrices. */
final class Matrices {
    private Matrices() {}

    /** Computes several results for each matrix of a batch. */
    @FunctionalInterface
    interface PerMatrix {
        DMatrixRMaj[] apply(int number, DMatrixRMaj matrix);
    }

    /** {@return the matrices of a batch, in row-major order of the batch} */
    static DMatrixRMaj[] of(Tensor t) {
        if (t.isMeta()) {
            return new DMatrixRMaj[0];
        }
        int rows = Math.toIntExact(t.size(-2));
        int columns = Math.toIntExact(t.size(-1));
        double[] all = t.detach().to(DType.FLOAT64).toDoubleArray();
        int size = rows * columns;
        var out = new DMatrixRMaj[Math.toIntExact(batchSize(t))];
        for (int i = 0; i < out.length; i++) {
            out[i] = DMatrixRMaj.wrap(rows, columns, Arrays.copyOfRange(all, i * size, (i + 1) * size));
        }
        return out;
    }

    private static long batchSize(Tensor t) {
        long n = 1;
        for (int d = 0; d < t.dim() - 2; d++) {
            n *= t.size(d);
        }
        return n;
    }

    /** As {@link #each(Tensor, long[][], double[], PerMatrix)}, for results that are empty for empty matrices. */
    static Tensor[] each(Tensor like, long[][] results, PerMatrix f) {
        return each(like, results, new double[results.length], f);
    }

    /**
     * The results as tensors. Matrices without elements are not passed to {@code f}: EJML has no empty ones.
     *
     * @param like determines batch dimensions and type
     * @param results per result, the shape after the batch dimensions
     * @param ofEmpty per result, the value of its elements for an empty matrix
     */
    static Tensor[] each(Tensor like, long[][] results, double[] ofEmpty, PerMatrix f) {
        if (Device.current() == Device.META) { // so are the inputs
            var inferred = new Tensor[results.length];
            Arrays.setAll(inferred, r -> Tensors.empty(like.dtype(), shape(like, results[r])));
            return inferred;
        }
        DMatrixRMaj[] in = of(like);
        var data = new double[results.length][];
        var sizes = new int[results.length];
        for (int r = 0; r < results.length; r++) {
            sizes[r] = Math.toIntExact(Arrays.stream(results[r]).reduce(1, (a, b) -> a * b));
            data[r] = new double[Math.multiplyExact(sizes[r], in.length)];
            Arrays.fill(data[r], ofEmpty[r]);
        }
        boolean empty = like.size(-2) == 0 || like.size(-1) == 0;
        for (int i = 0; i < in.length && !empty; i++) {
            DMatrixRMaj[] out = f.apply(i, in[i]);
            for (int r = 0; r < results.length; r++) {
                System.arraycopy(out[r].data, 0, data[r], i * sizes[r], sizes[r]);
            }
        }
        var tensors = new Tensor[results.length];
        for (int r = 0; r < results.length; r++) {
            tensors[r] = Tensors.tensor(data[r], DType.FLOAT64).to(like.dtype()).reshape(shape(like, results[r]));
        }
        return tensors;
    }

    /** {@return the shape of a result for the whole batch} */
    private static long[] shape(Tensor like, long[] result) {
        long[] shape = Arrays.copyOf(like.shape().dims(), like.dim() - 2 + result.length);
        System.arraycopy(result, 0, shape, like.dim() - 2, result.length);
        return shape;
    }

    /** {@return a number as a 1 x 1 matrix} */
    static DMatrixRMaj number(double value) {
        return DMatrixRMaj.wrap(1, 1, new double[] {value});
    }

    /**
     * Rejects a matrix with NaN or infinite elements: iterations do not converge on it, and detect that late or never.
     */
    static void requireFinite(String operation, int number, DMatrixRMaj matrix) {
        for (int i = 0; i < matrix.getNumElements(); i++) {
            if (!Double.isFinite(matrix.data[i])) {
                throw failure(
                        operation,
                        number,
                        String.format(
                                Locale.ROOT,
                                "not finite: element [%d, %d] is %s",
                                i / matrix.numCols,
                                i % matrix.numCols,
                                matrix.data[i]));
            }
        }
    }

    /** {@return the exception for matrix {@code number}} */
    static ArithmeticException failure(String operation, int number, String what) {
        return new ArithmeticException(
                String.format(Locale.ROOT, "%s: matrix %d of the batch is %s", operation, number, what));
    }

    /** {@return the mask of the diagonal of pairwise combinations of values: bool [n, n] for [..., n]} */
    static Tensor diagonal(Tensor values) {
        return Tensors.eye(values.size(-1), values.size(-1), values.dtype()).toBool();
    }

    /**
     * {@return the differences {@code w_j - w_i} of all pairs of values, with 1 on the diagonal: [..., n, n] for [...,
     * n]}
     */
    static Tensor gaps(Tensor w) {
        return w.unsqueeze(-2).sub(w.unsqueeze(-1)).maskedFill(diagonal(w), 1);
    }

    /** {@return the gradient of values, possibly absent, as that of the diagonal matrix of them} */
    static Tensor byDiagonal(@Nullable Tensor g, Tensor values) {
        return (g == null ? Tensors.zerosLike(values) : g).diagEmbed();
    }

    /** {@return the transposed matrices} */
    static Tensor t(Tensor x) {
        return x.transpose(-2, -1);
    }
}
