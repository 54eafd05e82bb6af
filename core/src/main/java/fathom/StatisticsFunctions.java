package fathom;

import fathom.StatisticsOps.Histogram;
import fathom.StatisticsOps.StdMean;
import fathom.StatisticsOps.VarMean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Static forms of statistics, and searches in sorted rows. Part of {@link Tensors}. */
public abstract class StatisticsFunctions extends SpecialFunctions {
    StatisticsFunctions() {}

    /** {@return the variance and the mean of all elements} */
    public static VarMean varMean(Tensor x) {
        return x.varMean();
    }

    /** {@return the variances and the means along a dimension} */
    public static VarMean varMean(Tensor x, int dim) {
        return x.varMean(dim);
    }

    /** {@return variances and means over some dimensions; see {@link ReductionOps#var(int[], int, KeepDim)}} */
    public static VarMean varMean(Tensor x, int[] dims, int correction, KeepDim keep) {
        return x.varMean(dims, correction, keep);
    }

    /** {@return the standard deviation and the mean of all elements} */
    public static StdMean stdMean(Tensor x) {
        return x.stdMean();
    }

    /** {@return the standard deviations and the means along a dimension} */
    public static StdMean stdMean(Tensor x, int dim) {
        return x.stdMean(dim);
    }

    /**
     * {@return standard deviations and means over some dimensions; see {@link ReductionOps#var(int[], int, KeepDim)}}
     */
    public static StdMean stdMean(Tensor x, int[] dims, int correction, KeepDim keep) {
        return x.stdMean(dims, correction, keep);
    }

    /** {@return the sum of all elements but NaN} */
    public static Tensor nansum(Tensor x) {
        return x.nansum();
    }

    /** {@return the sums of the elements but NaN over a dimension} */
    public static Tensor nansum(Tensor x, int dim) {
        return x.nansum(dim);
    }

    /** {@return the sums of the elements but NaN over some dimensions} */
    public static Tensor nansum(Tensor x, int[] dims, KeepDim keep) {
        return x.nansum(dims, keep);
    }

    /** {@return the mean of all elements but NaN} */
    public static Tensor nanmean(Tensor x) {
        return x.nanmean();
    }

    /** {@return the means of the elements but NaN over a dimension} */
    public static Tensor nanmean(Tensor x, int dim) {
        return x.nanmean(dim);
    }

    /** {@return the means of the elements but NaN over some dimensions} */
    public static Tensor nanmean(Tensor x, int[] dims, KeepDim keep) {
        return x.nanmean(dims, keep);
    }

    /** {@return the median of all elements but NaN} */
    public static Tensor nanmedian(Tensor x) {
        return x.nanmedian();
    }

    /** {@return the medians of the elements but NaN along a dimension, and where they were} */
    public static ValuesAndIndices nanmedian(Tensor x, int dim) {
        return x.nanmedian(dim);
    }

    /** {@return a quantile of all elements} */
    public static Tensor quantile(Tensor x, double q) {
        return x.quantile(q);
    }

    /** {@return quantiles along a dimension} */
    public static Tensor quantile(Tensor x, double q, int dim) {
        return x.quantile(q, dim);
    }

    /** {@return several quantiles of all elements; q: [n], result [n], or both of no dimensions} */
    public static Tensor quantile(Tensor x, Tensor q) {
        return x.quantile(q);
    }

    /** {@return several quantiles along a dimension} */
    public static Tensor quantile(Tensor x, Tensor q, int dim) {
        return x.quantile(q, dim);
    }

    /** {@return quantiles; see {@link StatisticsOps#quantile(Tensor, Integer, KeepDim, Interpolation)}} */
    public static Tensor quantile(
            Tensor x, Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return x.quantile(q, dim, keep, interpolation);
    }

    /** {@return a quantile of all elements but NaN} */
    public static Tensor nanquantile(Tensor x, double q) {
        return x.nanquantile(q);
    }

    /** {@return quantiles of the elements but NaN along a dimension} */
    public static Tensor nanquantile(Tensor x, double q, int dim) {
        return x.nanquantile(q, dim);
    }

    /** {@return several quantiles of all elements but NaN; q: [n], result [n], or both of no dimensions} */
    public static Tensor nanquantile(Tensor x, Tensor q) {
        return x.nanquantile(q);
    }

    /** {@return several quantiles of the elements but NaN along a dimension} */
    public static Tensor nanquantile(Tensor x, Tensor q, int dim) {
        return x.nanquantile(q, dim);
    }

    /** {@return quantiles; see {@link StatisticsOps#nanquantile(Tensor, Integer, KeepDim, Interpolation)}} */
    public static Tensor nanquantile(
            Tensor x, Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return x.nanquantile(q, dim, keep, interpolation);
    }

    /** {@return the covariances of variables, given as rows of observations} */
    public static Tensor cov(Tensor x) {
        return x.cov();
    }

    /** {@return the covariances of variables; see {@link StatisticsOps#cov(int, Tensor, Tensor)}} */
    public static Tensor cov(Tensor x, int correction, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        return x.cov(correction, fweights, aweights);
    }

    /** {@return coefficients of correlation between variables, given as rows of observations} */
    public static Tensor corrcoef(Tensor x) {
        return x.corrcoef();
    }

    /** {@return how many elements lie in each of {@code bins} equal parts of their range, and the parts' edges} */
    public static Histogram histogram(Tensor x, long bins) {
        return x.histogram(bins);
    }

    /** {@return how many elements lie between neighbouring edges} */
    public static Histogram histogram(Tensor x, Tensor binEdges) {
        return x.histogram(binEdges);
    }

    /** {@return the Euclidean norm of the difference} */
    public static Tensor dist(Tensor x, Tensor y) {
        return x.dist(y);
    }

    /** {@return the p-norm of the difference} */
    public static Tensor dist(Tensor x, Tensor y, double p) {
        return x.dist(y, p);
    }

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
        return searchsorted(sorted, Tensors.full(value, DType.promote(sorted.dtype(), value)), options);
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
        return bucketize(Tensors.full(value, DType.promote(boundaries.dtype(), value)), boundaries);
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
