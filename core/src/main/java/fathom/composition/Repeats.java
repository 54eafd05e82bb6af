package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.primitive.Ops;
import java.util.Locale;

/** Repetition of the indices of a dimension, with a count per index. */
public final class Repeats {
    private Repeats() {}

    /** {@return each index of a dimension repeated; a negative total is computed from the repeats} */
    public static Tensor interleave(Tensor x, Tensor repeats, int dim, long total) {
        int d = Dims.normalize("repeatInterleave", dim, x.dim());
        if (x.dim() == 0) {
            return interleave(x.reshape(1), repeats, 0, total);
        }
        long n = x.size(d);
        checkType(repeats);
        if (repeats.dim() > 1 || repeats.numel() != 1 && repeats.numel() != n) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "repeatInterleave: repeats %s do not fit dimension %d of %s: expected one number, or one per index",
                            repeats.shape(),
                            d,
                            x.shape()));
        }
        return x.indexSelect(d, index(repeats.reshape(-1).expand(n), total));
    }

    /** {@return each index i, repeated by the i-th number} */
    public static Tensor index(Tensor repeats, long total) {
        checkType(repeats);
        if (repeats.dim() != 1) {
            throw new IllegalArgumentException(
                    "repeatInterleave: expected repeats in one dimension, not shape " + repeats.shape());
        }
        if (repeats.numel() == 0) {
            return repeats.newZeros(DType.INT64, Math.max(0, total));
        }
        Tensor counts = repeats.detach().to(DType.INT64);
        Ops.check(
                counts.min(),
                least -> {
                    if (least < 0) {
                        throw new IllegalArgumentException(
                                "repeatInterleave: repeats must not be negative, but one is " + (long) least);
                    }
                });
        Tensor ends = counts.cumsum(0);
        Tensor last = ends.select(0, ends.numel() - 1);
        long sum = total >= 0 ? total : last.itemLong();
        if (sum < 0) {
            throw new IllegalArgumentException("repeatInterleave: the repeats sum to more than 2^63 - 1");
        }
        if (total >= 0) {
            Ops.check(
                    last,
                    found -> {
                        if (found != total) {
                            throw new IllegalArgumentException(
                                    String.format(
                                            Locale.ROOT,
                                            "repeatInterleave: outputSize is %d, but the repeats sum to %d",
                                            total,
                                            (long) found));
                        }
                    });
        }
        // the index of an element is the number of runs that end before it
        Tensor ended = ends.newZeros(DType.INT64, sum + 1).scatterAdd_(0, ends, Tensors.onesLike(ends));
        return ended.cumsum(0).narrow(0, 0, sum);
    }

    private static void checkType(Tensor repeats) {
        if (!repeats.dtype().isIntegral() || repeats.dtype() == DType.BOOL) {
            throw new IllegalArgumentException("repeatInterleave: repeats must be integers, not " + repeats.dtype());
        }
    }
}
