package fathom.linalg;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Exponentials of square matrices, by scaling and squaring with the Padé approximant of degree 13.
 *
 * @see <a href="https://doi.org/10.1137/04061101X">Higham, The scaling and squaring method for the matrix exponential
 *     revisited</a>
 */
public record MatrixExponential() implements Composed {
    /** Coefficients of the numerator; those of the denominator have alternating signs. */
    private static final double[] PADE = {
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0
    };

    /** The maximum norm for which the approximant is accurate to double precision. */
    private static final double MAX_NORM = 5.371920351148152;

    @Override
    public Tensor[] compute(Tensor... inputs) {
        long n = inputs[0].size(-1);
        return Matrices.each(inputs[0], new long[][] {{n, n}}, (i, a) -> new DMatrixRMaj[] {exp(a)});
    }

    private static DMatrixRMaj exp(DMatrixRMaj a) {
        int n = a.numRows;
        double norm = 0;
        for (int c = 0; c < n; c++) {
            double column = 0;
            for (int r = 0; r < n; r++) {
                column += Math.abs(a.get(r, c));
            }
            norm = column > norm || Double.isNaN(column) ? column : norm;
        }
        var x = a.copy();
        if (!Double.isFinite(norm)) {
            Arrays.fill(x.data, Double.NaN);
            return x;
        }
        int squarings = norm > MAX_NORM ? Math.max(0, Math.getExponent(norm / MAX_NORM) + 1) : 0;
        CommonOps_DDRM.scale(Math.scalb(1.0, -squarings), x);
        DMatrixRMaj result = approximant(x);
        for (int i = 0; i < squarings; i++) {
            result = times(result, result);
        }
        return result;
    }

    /** The rational function p(x) / p(-x), by even and odd powers. */
    private static DMatrixRMaj approximant(DMatrixRMaj x) {
        DMatrixRMaj x2 = times(x, x);
        DMatrixRMaj x4 = times(x2, x2);
        DMatrixRMaj x6 = times(x4, x2);
        DMatrixRMaj odd = times(x, polynomial(1, x2, x4, x6));
        DMatrixRMaj even = polynomial(0, x2, x4, x6);
        var numerator = new DMatrixRMaj(x.numRows, x.numCols);
        var denominator = new DMatrixRMaj(x.numRows, x.numCols);
        CommonOps_DDRM.add(even, odd, numerator);
        CommonOps_DDRM.subtract(even, odd, denominator);
        var result = new DMatrixRMaj(x.numRows, x.numCols);
        CommonOps_DDRM.solve(denominator, numerator, result);
        return result;
    }

    /** The sum of every second coefficient, starting at {@code first}, times x^0, x^2, ..., x^12. */
    private static DMatrixRMaj polynomial(int first, DMatrixRMaj x2, DMatrixRMaj x4, DMatrixRMaj x6) {
        DMatrixRMaj high = sum(0, PADE[8 + first], x2, PADE[10 + first], x4, PADE[12 + first], x6);
        DMatrixRMaj low = sum(PADE[first], PADE[2 + first], x2, PADE[4 + first], x4, PADE[6 + first], x6);
        CommonOps_DDRM.addEquals(low, times(x6, high));
        return low;
    }

    private static DMatrixRMaj sum(
            double diagonal, double b, DMatrixRMaj x, double c, DMatrixRMaj y, double d, DMatrixRMaj z) {
        var sum = new DMatrixRMaj(x.numRows, x.numCols);
        CommonOps_DDRM.addEquals(sum, b, x);
        CommonOps_DDRM.addEquals(sum, c, y);
        CommonOps_DDRM.addEquals(sum, d, z);
        for (int i = 0; i < x.numRows; i++) {
            sum.add(i, i, diagonal);
        }
        return sum;
    }

    private static DMatrixRMaj times(DMatrixRMaj a, DMatrixRMaj b) {
        var product = new DMatrixRMaj(a.numRows, b.numCols);
        CommonOps_DDRM.mult(a, b, product);
        return product;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    /** The upper right block of the exponential of {@code [[A^T, G], [0, A^T]]}. */
    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor at = Matrices.t(tape.input(0));
        long n = at.size(-1);
        Tensor above = Tensors.cat(List.of(at, gradOutputs[0]), -1);
        Tensor below = Tensors.cat(List.of(Tensors.zerosLike(at), at), -1);
        Tensor exp = Ops.apply(new MatrixExponential(), Tensors.cat(List.of(above, below), -2));
        return new @Nullable Tensor[] {exp.narrow(-2, 0, n).narrow(-1, n, n)};
    }
}
