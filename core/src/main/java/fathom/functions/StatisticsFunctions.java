package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Distances;
import fathom.composition.Searches;
import fathom.options.CdistMode;
import fathom.options.SearchOptions;
import java.util.function.Consumer;

/** Static forms of statistics, and searches in sorted rows. Part of {@link Tensors}. */
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
     * @param p not negative; infinite for the greatest absolute difference, 0 for the number of differences
     * @param mode whether Euclidean distances are computed by a product of matrices
     * @throws IllegalArgumentException if the shapes or types do not fit
     */
    public static Tensor cdist(Tensor x1, Tensor x2, double p, CdistMode mode) {
        return Distances.cdist(x1, x2, p, mode);
    }

    /** {@return the places of values in sorted rows, before equal numbers, int64} */
    public static Tensor searchsorted(Tensor sorted, Tensor values) {
        return searchsorted(sorted, values, false);
    }

    /** {@return the places of values in sorted rows, before or, with {@code right}, behind equal numbers, int64} */
    public static Tensor searchsorted(Tensor sorted, Tensor values, boolean right) {
        return searchsorted(sorted, values, o -> o.right(right));
    }

    /**
     * The places at which values would be put into sorted rows so that these stay sorted: between 0 and m. NaN goes to
     * the end.
     *
     * @param sorted ascending numbers in the last dimension: one row [m], or [..., m] with a row for each of the
     *     values'
     * @param values any shape, or [..., n]
     * @return places, in the values' shape
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor searchsorted(Tensor sorted, Tensor values, Consumer<SearchOptions> options) {
        var o = new SearchOptions();
        options.accept(o);
        return Searches.places("searchsorted", sorted, values, o);
    }

    /** {@return the place of a number in a sorted row, before equal ones} */
    public static Tensor searchsorted(Tensor sorted, Number value) {
        return searchsorted(sorted, value, o -> {});
    }

    /** {@return the place of a number in a sorted row; see {@link #searchsorted(Tensor, Tensor, Consumer)}} */
    public static Tensor searchsorted(Tensor sorted, Number value, Consumer<SearchOptions> options) {
        if (sorted.dim() != 1) {
            throw new IllegalArgumentException(
                    "searchsorted: a number is looked up in one row, not in shape " + sorted.shape());
        }
        return searchsorted(sorted, sorted.newFull(value, DType.promote(sorted.dtype(), value)), options);
    }

    /** {@return the numbers of the buckets between ascending boundaries that values fall into, int64} */
    public static Tensor bucketize(Tensor values, Tensor boundaries) {
        return bucketize(values, boundaries, false);
    }

    /** {@return the numbers of buckets; with {@code right} a value that is a boundary falls into the upper one} */
    public static Tensor bucketize(Tensor values, Tensor boundaries, boolean right) {
        return bucketize(values, boundaries, o -> o.right(right));
    }

    /**
     * The numbers of the buckets between ascending boundaries [m] that values fall into, from 0 to m, in the values'
     * shape.
     *
     * @throws IllegalArgumentException unless boundaries are one row
     */
    public static Tensor bucketize(Tensor values, Tensor boundaries, Consumer<SearchOptions> options) {
        if (boundaries.dim() != 1) {
            throw new IllegalArgumentException(
                    "bucketize: wants boundaries in one row, not shape " + boundaries.shape());
        }
        var o = new SearchOptions();
        options.accept(o);
        return Searches.places("bucketize", boundaries, values, o);
    }

    /** {@return the number of the bucket that a number falls into} */
    public static Tensor bucketize(Number value, Tensor boundaries) {
        return bucketize(boundaries.newFull(value, DType.promote(boundaries.dtype(), value)), boundaries);
    }

    /** {@return which elements occur among others, bool in the elements' shape; NaN never does} */
    public static Tensor isin(Tensor elements, Tensor testElements) {
        return Searches.isin(elements, testElements, false);
    }

    /**
     * Which elements occur among others.
     *
     * @param assumeUnique whether both hold no element twice; it changes nothing here
     * @param invert whether to tell which do not occur
     */
    public static Tensor isin(Tensor elements, Tensor testElements, boolean assumeUnique, boolean invert) {
        return Searches.isin(elements, testElements, invert);
    }

    /** {@return which elements equal a number} */
    public static Tensor isin(Tensor elements, Number testElement) {
        return elements.eq(testElement);
    }

    /** {@return whether a number occurs among elements} */
    public static Tensor isin(Number element, Tensor testElements) {
        return testElements.eq(element).any();
    }
}
