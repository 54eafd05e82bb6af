package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.ops.StatisticsOps.Histogram;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Histograms: counts of elements between edges. */
public final class Histograms {
    private Histograms() {}

    /** {@return the edges of equal bins over a range, by default that of the elements} */
    public static Tensor edges(Tensor x, long bins, double @Nullable [] range) {
        real(x);
        if (bins < 1 || range != null && range.length != 2) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "histogram: expected at least one bin, and a range of two numbers, not %d and %s",
                            bins,
                            Arrays.toString(range)));
        }
        double low = 0;
        double high = 1;
        if (range != null) {
            low = range[0];
            high = range[1];
        } else if (x.numel() > 0) {
            low = x.detach().min().item();
            high = x.detach().max().item();
        }
        if (!Double.isFinite(low) || !Double.isFinite(high) || low > high) {
            throw new IllegalArgumentException(
                    "histogram: expected a finite ascending range, not from %s to %s".formatted(low, high));
        }
        double margin = low == high ? 0.5 : 0;
        double first = low - margin;
        double last = high + margin;
        return TensorAccess.at(x, () -> Tensors.linspace(first, last, bins + 1, x.dtype()));
    }

    private static void real(Tensor x) {
        if (x.dtype() != DType.FLOAT32 && x.dtype() != DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "histogram: expected FLOAT32 or FLOAT64, not %s; convert with to(FLOAT32)".formatted(x.dtype()));
        }
    }

    public static Histogram of(Tensor given, Tensor edges, @Nullable Tensor weight, boolean density) {
        real(given);
        if (edges.dim() != 1 || edges.numel() < 2 || edges.dtype() != given.dtype()) {
            throw new IllegalArgumentException(
                    "histogram: expected at least two edges of %s in one dimension, not shape %s of %s"
                            .formatted(given.dtype(), edges.shape(), edges.dtype()));
        }
        if (weight != null && (!weight.shape().equals(given.shape()) || weight.dtype() != given.dtype())) {
            throw new IllegalArgumentException(
                    "histogram: expected one weight of %s per element: weights %s of %s, elements %s"
                            .formatted(given.dtype(), weight.shape(), weight.dtype(), given.shape()));
        }
        Tensor x = given.detach().reshape(-1);
        Tensor e = edges.detach();
        long bins = e.numel() - 1;
        Tensor last = e.select(0, bins);
        Tensor inside = x.ge(e.select(0, 0)).logicalAnd(x.le(last));
        Tensor bin = Tensors.searchsorted(e, x, true).sub(1).clamp(0, bins - 1);
        // in float64, so that counts are exact
        Tensor counts = weight == null ? inside.to(DType.FLOAT64) : weight.detach().reshape(-1).to(DType.FLOAT64);
        counts = weight == null ? counts : counts.where(inside, 0);
        Tensor hist = x.newZeros(DType.FLOAT64, bins).scatterAdd_(0, bin, counts);
        if (density) {
            hist = hist.div(hist.sum()).div(e.diff());
        }
        return new Histogram(hist.to(given.dtype()), e.clone());
    }
}
