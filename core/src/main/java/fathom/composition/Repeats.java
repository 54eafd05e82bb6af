package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.primitive.Ops;
import java.util.Locale;

/** Repeating indices of a dimension, each a number of times of its own. */
public final class Repeats {
    private Repeats() {}

    /** {@return each index of a dimension repeated; the total is read from the repeats if it is negative} */
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
                            "repeatInterleave: repeats %s do not fit dimension %d of %s: want one number, or one per index",
                            repeats.shape(),
                            d,
                            x.shape()));
        }
        return x.indexSelect(d, index(repeats.reshape(-1).expand(n), total));
    }

    /** {@return 0 as often as the first number says, then 1 as often as the second says, ...} */
    public static Tensor index(Tensor repeats, long total) {
        checkType(repeats);
        if (repeats.dim() != 1) {
            throw new IllegalArgumentException(
                    "repeatInterleave: wants a row of repeats, not shape " + repeats.shape());
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
                                "repeatInterleave: repeats are not negative, but one is " + (long) least);
                    }
                });
        Tensor ends = counts.cumsum(0);
        Tensor last = ends.select(0, ends.numel() - 1);
        long sum = total >= 0 ? total : last.itemLong();
        if (sum < 0) {
            throw new IllegalArgumentException("repeatInterleave: the repeats add up to more than 2^63 - 1");
        }
        if (total >= 0) {
            Ops.check(
                    last,
                    found -> {
                        if (found != total) {
                            throw new IllegalArgumentException(
                                    String.format(
                                            Locale.ROOT,
                                            "repeatInterleave: outputSize is %d, but the repeats add up to %d",
                                            total,
                                            (long) found));
                        }
                    });
        }
        // the index at a place is the number of runs that have ended by then
        Tensor ended = ends.newZeros(DType.INT64, sum + 1).scatterAdd_(0, ends, Tensors.onesLike(ends));
        return ended.cumsum(0).narrow(0, 0, sum);
    }

    private static void checkType(Tensor repeats) {
        if (!repeats.dtype().isIntegral() || repeats.dtype() == DType.BOOL) {
            throw new IllegalArgumentException("repeatInterleave: repeats are integers, not " + repeats.dtype());
        }
    }
}
