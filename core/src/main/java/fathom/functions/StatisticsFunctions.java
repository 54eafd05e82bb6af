package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Distances;
import fathom.composition.Searches;
import fathom.options.CdistMode;
import fathom.options.SearchOptions;
import java.util.function.Consumer;

/** Static forms of statistics, and binary searches in sorted rows. Part of {@link Tensors}. */
public final class StatisticsFunctions {
    private StatisticsFunctions() {}

    /** {@return the Euclidean distances between all pairs of rows: [..., m, k], [..., n, k] to [..., m, n]} */
    public static Tensor cdist(Tensor x1, Tensor x2) {
        return cdist(x1, x2, 2);
    }

    /** {@return the p-norms of the differences between all pairs of rows} */
    public static Tensor cdist(Tensor x1, Tensor x2, double p) {
        return cdist(x1, x2, p, CdistMode.MM_IF_LARGE);
    }

    /**
     * The distances between all pairs of rows, p-norms of their differences: [..., m, k] and [..., n, k] to [..., m,
     * n]; batches broadcast. The gradient between points that coincide is 0.
     *
     * @param p not negative; infinite for the maximum absolute difference, 0 for the number of nonzero differences
     * @param mode whether Euclidean distances are computed by a matrix product
     * @throws IllegalArgumentException if shapes or types do not match
     */
    public static Tensor cdist(Tensor x1, Tensor x2, double p, CdistMode mode) {
        return Distances.cdist(x1, x2, p, mode);
    }

    /** {@return the insertion points of values in sorted rows, before equal elements, int64} */
    public static Tensor searchsorted(Tensor sorted, Tensor values) {
        return searchsorted(sorted, values, false);
    }

    /**
     * {@return the insertion points of values in sorted rows, before or, with {@code right}, behind equal elements,
     * int64}
     */
    public static Tensor searchsorted(Tensor sorted, Tensor values, boolean right) {
        return searchsorted(sorted, values, o -> o.right(right));
    }

    /**
     * The indices, from 0 to m, at which values could be inserted into sorted rows without breaking the order. NaN
     * sorts last.
     *
     * @param sorted ascending numbers in the last dimension: one row [m], or [..., m] with a row for each of the
     *     values' rows
     * @param values any shape, or [..., n]
     * @return indices, in the values' shape
     * @throws IllegalArgumentException if the shapes do not match
     */
    public static Tensor searchsorted(Tensor sorted, Tensor values, Consumer<SearchOptions> options) {
        var o = new SearchOptions();
        options.accept(o);
        return Searches.places("searchsorted", sorted, values, o);
    }

    /** {@return the insertion point of a number in a sorted row, before equal elements} */
    public static Tensor searchsorted(Tensor sorted, Number value) {
        return searchsorted(sorted, value, o -> {});
    }

    /**
     * {@return the insertion point of a number in a sorted row; see {@link #searchsorted(Tensor, Tensor, Consumer)}}
     */
    public static Tensor searchsorted(Tensor sorted, Number value, Consumer<SearchOptions> options) {
        if (sorted.dim() != 1) {
            throw new IllegalArgumentException(
                    "searchsorted: a number can only be searched in one row, not in shape " + sorted.shape());
        }
        return searchsorted(sorted, sorted.newFull(value, DType.promote(sorted.dtype(), value)), options);
    }

    /** {@return the indices of the buckets, between ascending boundaries, that contain the values, int64} */
    public static Tensor bucketize(Tensor values, Tensor boundaries) {
        return bucketize(values, boundaries, false);
    }

    /** {@return the bucket indices; with {@code right} a value equal to a boundary belongs to the upper bucket} */
    public static Tensor bucketize(Tensor values, Tensor boundaries, boolean right) {
        return bucketize(values, boundaries, o -> o.right(right));
    }

    /**
     * The indices, from 0 to m, of the buckets between ascending boundaries [m] that contain the values, in the values'
     * shape.
     *
     * @throws IllegalArgumentException unless boundaries are one-dimensional
     */
    public static Tensor bucketize(Tensor values, Tensor boundaries, Consumer<SearchOptions> options) {
        if (boundaries.dim() != 1) {
            throw new IllegalArgumentException(
                    "bucketize: expected boundaries in one row, not shape " + boundaries.shape());
        }
        var o = new SearchOptions();
        options.accept(o);
        return Searches.places("bucketize", boundaries, values, o);
    }

    /** {@return the index of the bucket that contains a number} */
    public static Tensor bucketize(Number value, Tensor boundaries) {
        return bucketize(boundaries.newFull(value, DType.promote(boundaries.dtype(), value)), boundaries);
    }

    /** {@return whether each element occurs in another tensor, bool in the elements' shape; NaN never does} */
    public static Tensor isin(Tensor elements, Tensor testElements) {
        return Searches.isin(elements, testElements, false);
    }

    /**
     * Whether each element occurs in another tensor.
     *
     * @param assumeUnique whether both have no duplicates; has no effect here
     * @param invert whether to negate the result
     */
    public static Tensor isin(Tensor elements, Tensor testElements, boolean assumeUnique, boolean invert) {
        return Searches.isin(elements, testElements, invert);
    }

    /** {@return which elements equal a number} */
    public static Tensor isin(Tensor elements, Number testElement) {
        return elements.eq(testElement);
    }

    /** {@return whether a number occurs in a tensor} */
    public static Tensor isin(Number element, Tensor testElements) {
        return testElements.eq(element).any();
    }
}
