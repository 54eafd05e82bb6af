package fathom.ops;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.composition.UniqueSlices;
import fathom.dispatch.Dims;
import fathom.primitive.Ops;
import fathom.primitive.indexing.ArgSort;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sorting, selection, unique elements and counts. NaN counts as the largest. */
public sealed interface SortingOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return the indices that sort the last dimension, in ascending order} */
    default Tensor argsort() {
        return argsort(-1, false);
    }

    /** {@return the indices that sort a dimension in ascending order; stable, NaN last} */
    default Tensor argsort(int dim) {
        return argsort(dim, false);
    }

    /** {@return the indices that sort a dimension; stable} */
    default Tensor argsort(int dim, boolean descending) {
        Tensor x = self();
        int d = Dims.normalize("argsort", dim, x.dim());
        return x.dim() == 0 ? x.newZeros(DType.INT64) : Ops.applyAll(new ArgSort(d, descending), x)[0];
    }

    /** {@return the last dimension sorted, in ascending order, and their indices} */
    default ValuesAndIndices sort() {
        return sort(-1, false);
    }

    /** {@return a dimension sorted, in ascending order, and their indices; stable} */
    default ValuesAndIndices sort(int dim) {
        return sort(dim, false);
    }

    /** {@return a dimension sorted, and their indices; stable} */
    default ValuesAndIndices sort(int dim, boolean descending) {
        Tensor indices = argsort(dim, descending);
        return new ValuesAndIndices(self().gather(dim, indices), indices);
    }

    /** {@return the k largest of the last dimension in descending order, and their indices} */
    default ValuesAndIndices topk(long k) {
        return topk(k, -1, true);
    }

    /** {@return the k largest along a dimension in descending order, and their indices} */
    default ValuesAndIndices topk(long k, int dim) {
        return topk(k, dim, true);
    }

    /** {@return the k largest (or smallest) along a dimension, in order, and their indices} */
    default ValuesAndIndices topk(long k, int dim, boolean largest) {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        int d = Dims.normalize("topk", dim, x.dim());
        if (k < 0 || k > x.size(d)) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "topk: dimension %d of %s does not have %d elements", d, x.shape(), k));
        }
        if (self().dim() == 0) {
            return new ValuesAndIndices(self().clone(), self().newZeros(DType.INT64));
        }
        Tensor indices = Ops.applyAll(new ArgSort(d, largest, k), x)[0];
        return new ValuesAndIndices(x.gather(d, indices), indices);
    }

    /** {@return the k-th smallest of the last dimension (1 is the smallest), which is removed, and its index} */
    default ValuesAndIndices kthvalue(long k) {
        return kthvalue(k, -1);
    }

    /** {@return the k-th smallest along a dimension (1 is the smallest), and its index} */
    default ValuesAndIndices kthvalue(long k, int dim, KeepDim keep) {
        ValuesAndIndices r = kthvalue(k, dim);
        return keep == KeepDim.KEEP_DIM && self().dim() > 0 ? r.unsqueeze(dim) : r;
    }

    /** {@return the k-th smallest along a dimension (1 is the smallest), which is removed, and its index} */
    default ValuesAndIndices kthvalue(long k, int dim) {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        int d = Dims.normalize("kthvalue", dim, x.dim());
        if (k < 1 || k > x.size(d)) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "kthvalue: dimension %d of %s has no %d elements", d, x.shape(), k));
        }
        Tensor index = Ops.applyAll(new ArgSort(d, false, k), x)[0].narrow(d, k - 1, 1).contiguous();
        return new ValuesAndIndices(x.gather(d, index).squeeze(d), index.squeeze(d));
    }

    /** {@return the median of all elements: the lower of two; NaN if any element is NaN, or there are none} */
    default Tensor median() {
        Tensor flat = self().reshape(-1);
        if (flat.numel() == 0 && flat.dtype().isFloating()) {
            return flat.sum().add(Double.NaN);
        }
        if (flat.numel() == 0) {
            throw new IllegalArgumentException("median: the tensor has no elements: shape " + self().shape());
        }
        return flat.median(0).values();
    }

    /** {@return the median along a dimension, which is removed, and its index: the lower of two} */
    default ValuesAndIndices median(int dim) {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        int d = Dims.normalize("median", dim, x.dim());
        if (x.size(d) == 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "median: dimension %d of %s has no elements", d, x.shape()));
        }
        Tensor order = x.argsort(d);
        Tensor index = order.narrow(d, (x.size(d) - 1) / 2, 1);
        if (x.dtype().isFloating()) {
            // the maximum in sorted order is NaN if any element is: then the median is the first NaN
            Tensor nan = x.isnan();
            Tensor first = nan.to(DType.UINT8).argmax(d, KeepDim.KEEP_DIM);
            index = first.where(nan.any(d, KeepDim.KEEP_DIM), index);
        }
        return new ValuesAndIndices(x.gather(d, index).squeeze(d), index.squeeze(d));
    }

    /** {@return the median along a dimension, and its index; see {@link #median(int)}} */
    default ValuesAndIndices median(int dim, KeepDim keep) {
        ValuesAndIndices r = median(dim);
        return keep == KeepDim.KEEP_DIM && self().dim() > 0 ? r.unsqueeze(dim) : r;
    }

    /** {@return the unique elements, in ascending order} */
    default Tensor unique() {
        return uniqueWithCounts().values();
    }

    /**
     * The unique elements.
     *
     * @param values the unique elements, in ascending order
     * @param inverse for each element of the input, in its shape, the index of its value; along a dimension, for each
     *     slice
     * @param counts the number of occurrences of each
     */
    record Unique(Tensor values, Tensor inverse, Tensor counts) {}

    /** {@return the unique elements, the index of each element's value, and the number of occurrences} */
    default Unique uniqueWithCounts() {
        Tensor x = self().detach();
        Tensor flat = x.reshape(-1);
        long n = flat.numel();
        if (n == 0) {
            Tensor none = x.newZeros(DType.INT64, 0);
            return new Unique(flat.clone(), none.reshape(Ops.shape(x)), none);
        }
        ValuesAndIndices sorted = flat.sort(0);
        Tensor v = sorted.values();
        Tensor isNew =
                Tensors.cat(
                        java.util.List.of(x.newOnes(DType.BOOL, 1), v.narrow(0, 1, n - 1).ne(v.narrow(0, 0, n - 1))),
                        0);
        Tensor starts = isNew.nonzero().reshape(-1);
        Tensor rank = isNew.cumsum(0).sub(1);
        Tensor inverse = x.newZeros(DType.INT64, n).scatter_(0, sorted.indices(), rank);
        Tensor ends =
                Tensors.cat(
                        java.util.List.of(starts.narrow(0, 1, starts.numel() - 1), x.newFull(n, DType.INT64, 1)), 0);
        return new Unique(v.indexSelect(0, starts), inverse.reshape(Ops.shape(x)), ends.sub(starts));
    }

    /** {@return the unique slices along a dimension; see {@link #uniqueWithCounts(int)}} */
    default Tensor unique(int dim) {
        return uniqueWithCounts(dim).values();
    }

    /**
     * The unique slices along a dimension, in lexicographic order: for {@code [..., n, ...]}, values {@code [..., u,
     * ...]}, for each of the n slices the index of its value {@code [n]}, and counts {@code [u]}.
     *
     * @throws IllegalArgumentException if slices have no elements
     */
    default Unique uniqueWithCounts(int dim) {
        return UniqueSlices.of(self().detach(), dim);
    }

    /** {@return the number of occurrences of each of 0, 1, ...} */
    default Tensor bincount() {
        return bincount(null, 0);
    }

    /** {@return the sums of the weights of the occurrences of 0, 1, ...; one weight per element} */
    default Tensor bincount(Tensor weights) {
        return bincount(weights, 0);
    }

    /**
     * The number of occurrences of each of 0, 1, ..., or the sum of their weights.
     *
     * @param weights one per element; null for counting
     * @param minLength the minimum length of the result
     * @throws IllegalArgumentException unless this is one-dimensional, of non-negative integers
     */
    default Tensor bincount(@Nullable Tensor weights, long minLength) {
        Tensor x = self().detach();
        if (x.dim() != 1 || !x.dtype().isIntegral() || x.numel() > 0 && x.min().itemLong() < 0) {
            throw new IllegalArgumentException(
                    "bincount: expected non-negative integers in one dimension, not shape %s of %s"
                            .formatted(x.shape(), x.dtype()));
        }
        if (weights != null && !weights.shape().equals(x.shape())) {
            throw new IllegalArgumentException(
                    "bincount: expected one weight per element: weights %s, elements %s"
                            .formatted(weights.shape(), x.shape()));
        }
        long n = Math.max(minLength, x.numel() == 0 ? 0 : x.max().itemLong() + 1);
        Tensor src = weights == null ? x.newOnes(DType.INT64, x.numel()) : weights.detach();
        src = src.dtype().isIntegral() && weights != null ? src.to(DType.FLOAT64) : src;
        return src.newZeros(n).scatterAdd_(0, x, src);
    }

    /** {@return the number of elements in each of 100 equal bins of their range} */
    default Tensor histc() {
        return histc(100);
    }

    /** {@return the number of elements in each of {@code bins} equal bins of their range} */
    default Tensor histc(long bins) {
        return histc(bins, 0, 0);
    }

    /**
     * The number of elements in each of {@code bins} equal bins of [min, max]; if both are equal, of the elements'
     * range.
     */
    default Tensor histc(long bins, double min, double max) {
        Tensor x = self().detach().reshape(-1);
        if (!x.dtype().isFloating() || bins < 1 || !(min <= max) || !Double.isFinite(max - min)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "histc: expected a floating tensor, at least one bin, and finite min <= max, not %s, %d, %s, %s",
                            x.dtype(),
                            bins,
                            min,
                            max));
        }
        double low = min;
        double high = max;
        if (low == high && x.numel() > 0) {
            low = x.min().item();
            high = x.max().item();
        }
        if (low == high) {
            low -= 1;
            high += 1;
        }
        Tensor inside = x.maskedSelect(x.ge(low).logicalAnd(x.le(high)));
        Tensor bin =
                inside.to(DType.FLOAT64).sub(low).mul(bins / (high - low)).floor().to(DType.INT64).clamp(0, bins - 1);
        return bin.bincount(null, bins).to(x.dtype());
    }
}
