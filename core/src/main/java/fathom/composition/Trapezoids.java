package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Dims;
import java.util.Arrays;
import java.util.Locale;

/** The trapezoidal rule: twice the areas of the trapezoids between adjacent samples along a dimension. */
public final class Trapezoids {
    private Trapezoids() {}

    /** {@return twice the areas for spacing {@code dx}; none for fewer than two samples} */
    public static Tensor areas(String name, Tensor y, Number dx, int dim) {
        return heights(name, y, dim).mul(dx);
    }

    /** {@return twice the areas for sample points x} */
    public static Tensor areas(String name, Tensor y, Tensor x, int dim) {
        Tensor heights = heights(name, y, dim);
        int d = Dims.normalize(name, dim, y.dim());
        boolean row = x.dim() == 1;
        int along = row ? 0 : d - y.dim() + x.dim();
        if (x.dtype() == DType.BOOL || along < 0 || x.size(along) != y.size(d)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected one sample point for each of the %d samples along dimension %d of %s, not %s of %s",
                            name,
                            y.size(d),
                            d,
                            y.shape(),
                            x.shape(),
                            x.dtype()));
        }
        if (y.size(d) == 0) {
            return heights;
        }
        Tensor steps = x.diff(1, along);
        if (row) {
            var shape = new long[y.dim() - d];
            Arrays.fill(shape, 1);
            shape[0] = steps.size(0);
            steps = steps.reshape(shape);
        }
        return steps.mul(heights);
    }

    /** {@return the sums of adjacent samples} */
    private static Tensor heights(String name, Tensor y, int dim) {
        if (y.dtype() == DType.BOOL || y.dim() == 0) {
            throw new IllegalArgumentException(
                    "%s: expected numbers along at least one dimension, not shape %s of %s"
                            .formatted(name, y.shape(), y.dtype()));
        }
        long n = y.size(dim);
        return n == 0 ? y.clone() : y.narrow(dim, 0, n - 1).add(y.narrow(dim, 1, n - 1));
    }
}
