package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Dims;
import fathom.ops.SortingOps;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;

/** The unique slices of a tensor along a dimension: PyTorch's {@code unique(dim=...)}. */
public final class UniqueSlices {
    private UniqueSlices() {}

    public static SortingOps.Unique of(Tensor x, int dim) {
        if (x.dim() == 0) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "unique: a scalar has no dimension %d", dim));
        }
        int d = Dims.normalize("unique", dim, x.dim());
        int n = Math.toIntExact(x.size(d));
        if (x.numel() == 0) {
            if (n > 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "unique: the slices of %s along dimension %d have no elements to compare",
                                x.shape(),
                                d));
            }
            Tensor none = x.newZeros(DType.INT64, 0);
            return new SortingOps.Unique(x.clone(), none, none.clone());
        }
        Tensor rows = x.movedim(d, 0).reshape(n, -1);
        Comparator<Integer> order = order(rows);
        // NaN equals nothing, so a slice with NaN differs from all others
        byte[] hasNan = rows.dtype().isFloating() ? rows.isnan().any(1).to(DType.INT8).toByteArray() : new byte[n];
        var sorted = new Integer[n];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, order);
        var firsts = new long[n];
        var inverse = new long[n];
        var counts = new long[n];
        int found = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || hasNan[sorted[i]] != 0 || order.compare(sorted[i - 1], sorted[i]) != 0) {
                firsts[found++] = sorted[i];
            }
            inverse[sorted[i]] = found - 1;
            counts[found - 1]++;
        }
        return new SortingOps.Unique(
                x.indexSelect(d, x.newTensor(Arrays.copyOf(firsts, found), DType.INT64)),
                x.newTensor(inverse, DType.INT64),
                x.newTensor(Arrays.copyOf(counts, found), DType.INT64));
    }

    /** Compares rows {@code [n, m]} lexicographically; NaN is largest, zeros are equal. */
    private static Comparator<Integer> order(Tensor rows) {
        int m = Math.toIntExact(rows.size(1));
        if (rows.dtype().isFloating()) {
            double[] v = rows.toDoubleArray();
            return (a, b) -> {
                for (int i = 0; i < m; i++) {
                    double p = v[a * m + i];
                    double q = v[b * m + i];
                    if (p != q && Double.compare(p, q) != 0) {
                        return Double.compare(p, q);
                    }
                }
                return 0;
            };
        }
        long[] v = rows.to(DType.INT64).toLongArray();
        return (a, b) -> Arrays.compare(v, a * m, a * m + m, v, b * m, b * m + m);
    }
}
