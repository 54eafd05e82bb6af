package fathom.ops;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.primitive.ArgScan;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cumulative extrema and log-sum-exp along a dimension, and differences of adjacent elements. */
public sealed interface ScanOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * The cumulative maxima along a dimension, and the indices of their last occurrence; NaN from the first NaN on.
     * Both of this shape.
     */
    default ValuesAndIndices cummax(int dim) {
        return running("cummax", true, dim);
    }

    /**
     * The cumulative minima along a dimension, and the indices of their last occurrence; NaN from the first NaN on.
     * Both of this shape.
     */
    default ValuesAndIndices cummin(int dim) {
        return running("cummin", false, dim);
    }

    private ValuesAndIndices running(String name, boolean greatest, int dim) {
        Tensor x = self();
        int d = Dims.normalize(name, dim, x.dim());
        if (x.dim() == 0) {
            return new ValuesAndIndices(x.clone(), x.newZeros(DType.INT64));
        }
        Tensor indices = Ops.applyAll(new ArgScan(greatest, d), x)[0];
        return new ValuesAndIndices(x.gather(d, indices), indices);
    }

    /**
     * The cumulative log-sum-exp along a dimension, computed without overflow.
     *
     * @throws IllegalArgumentException unless this is floating
     */
    default Tensor logcumsumexp(int dim) {
        Tensor x = TensorAccess.cast(OperationKind.SCAN, self());
        int d = Dims.normalize("logcumsumexp", dim, x.dim());
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "logcumsumexp: expected a floating type, not %s; convert with to(FLOAT32)".formatted(x.dtype()));
        }
        return x.dim() == 0 ? x.clone() : Ops.applyAll(new LogCumSumExp(d), x)[0];
    }

    /** {@return the differences of adjacent elements along the last dimension, which shrinks by 1} */
    default Tensor diff() {
        return diff(1);
    }

    /** {@return differences of adjacent elements along the last dimension, taken {@code n} times} */
    default Tensor diff(int n) {
        return diff(n, -1);
    }

    /** {@return differences of adjacent elements along a dimension, taken {@code n} times; it shrinks by {@code n}} */
    default Tensor diff(int n, int dim) {
        return diff(n, dim, null, null);
    }

    /**
     * Differences of adjacent elements along a dimension, taken {@code n} times: the next element minus this one; for
     * booleans, whether they differ.
     *
     * @param prepend concatenated in front along the dimension, of the same rank; null for nothing
     * @param append concatenated behind along the dimension; null for nothing
     * @throws IllegalArgumentException for a scalar, or if {@code n} is negative
     */
    default Tensor diff(int n, int dim, @Nullable Tensor prepend, @Nullable Tensor append) {
        Tensor x = self();
        if (x.dim() == 0 || n < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "diff: expected at least one dimension and n >= 0, not shape %s and n = %d",
                            x.shape(),
                            n));
        }
        int d = Dims.normalize("diff", dim, x.dim());
        var parts = new ArrayList<Tensor>();
        for (Tensor part : new @Nullable Tensor[] {prepend, x, append}) {
            if (part != null) {
                if (part.dim() != x.dim()) {
                    throw new IllegalArgumentException(
                            "diff: prepend and append must have the rank of %s, not shape %s"
                                    .formatted(x.shape(), part.shape()));
                }
                parts.add(part);
            }
        }
        Tensor y = parts.size() == 1 ? x : Tensors.cat(List.copyOf(parts), d);
        if (n == 0) {
            return y == x ? x.clone() : y;
        }
        for (long i = Math.min(n, y.size(d)); i > 0; i--) {
            Tensor next = y.narrow(d, 1, y.size(d) - 1);
            Tensor here = y.narrow(d, 0, y.size(d) - 1);
            y = y.dtype() == DType.BOOL ? next.logicalXor(here) : next.sub(here);
        }
        return y;
    }
}
