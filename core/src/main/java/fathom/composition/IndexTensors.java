package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.Locale;
import java.util.function.DoubleConsumer;

/** Checks of index tensors. */
public final class IndexTensors {
    private IndexTensors() {}

    /** {@return the indices as int64} */
    public static Tensor integers(String name, Tensor index) {
        if (!index.dtype().isIntegral()) {
            throw new IllegalArgumentException("%s: indices must be integers, not %s".formatted(name, index.dtype()));
        }
        return index.detach().to(DType.INT64);
    }

    /** {@return a scalar or one-dimensional index, as int64 in one dimension} */
    public static Tensor row(String name, Tensor index) {
        if (index.dim() > 1) {
            throw new IllegalArgumentException(
                    "%s: expected indices in one dimension, not of shape %s".formatted(name, index.shape()));
        }
        return integers(name, index).reshape(-1);
    }

    /** {@return a scalar as one dimension of size 1; other tensors as they are} */
    public static Tensor atLeastOneDim(Tensor t) {
        return t.dim() == 0 ? t.view(1) : t;
    }

    /**
     * {@return int64 indices in which negative ones, which count from the end of {@code n} elements, are made
     * non-negative}
     */
    public static Tensor fromFront(Tensor index, long n) {
        return index.add(n).where(index.lt(0).logicalAnd(index.ge(-n)), index);
    }

    /**
     * Rejects indices out of bounds for empty tensors, which no backend checks.
     *
     * @throws IndexOutOfBoundsException naming the operation, the index and the size
     */
    public static void checkEmpty(String name, Tensor x, int d, Tensor index) {
        if (x.numel() > 0 || index.numel() == 0) {
            return;
        }
        long extent = x.size(d);
        DoubleConsumer reject =
                i -> {
                    if (i < 0 || i >= extent) {
                        throw new IndexOutOfBoundsException(
                                String.format(
                                        Locale.ROOT,
                                        "%s: index %d is out of bounds for dimension %d of size %d",
                                        name,
                                        (long) i,
                                        d,
                                        extent));
                    }
                };
        Ops.check(index.min(), reject);
        Ops.check(index.max(), reject);
    }

    /** {@return int64 indices of the tensor's rank, checked to exceed its size in no dimension but {@code d}} */
    public static Tensor along(String name, Tensor x, int d, Tensor index) {
        Tensor i = atLeastOneDim(integers(name, index));
        boolean fits = i.dim() == x.dim();
        for (int k = 0; fits && k < x.dim(); k++) {
            fits = k == d || i.size(k) <= x.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: index of shape %s does not fit a tensor of shape %s along dimension %d",
                            name,
                            index.shape(),
                            x.shape(),
                            d));
        }
        checkEmpty(name, x, d, i);
        return i;
    }
}
