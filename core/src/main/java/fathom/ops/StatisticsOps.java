package fathom.ops;

import static fathom.KeepDim.DROP_DIM;
import static fathom.KeepDim.KEEP_DIM;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.composition.Covariances;
import fathom.composition.Histograms;
import fathom.composition.Quantiles;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.options.Interpolation;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Moments, quantiles, covariances and histograms; reductions that ignore NaN. */
public sealed interface StatisticsOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * A variance and a mean.
     *
     * @param var the variance
     * @param mean the mean
     */
    record VarMean(Tensor var, Tensor mean) {}

    /**
     * A standard deviation and a mean.
     *
     * @param std the standard deviation
     * @param mean the mean
     */
    record StdMean(Tensor std, Tensor mean) {}

    /** {@return the variance, with Bessel's correction, and the mean of all elements} */
    default VarMean varMean() {
        return varMean(new int[0], 1, DROP_DIM);
    }

    /** {@return the variances, with Bessel's correction, and the means along a dimension, which is removed} */
    default VarMean varMean(int dim) {
        return varMean(new int[] {dim}, 1, DROP_DIM);
    }

    /** {@return the variances, with Bessel's correction, and the means along a dimension} */
    default VarMean varMean(int dim, KeepDim keep) {
        return varMean(new int[] {dim}, 1, keep);
    }

    /** {@return variances and means over some dimensions; see {@link ReductionOps#var(int[], int, KeepDim)}} */
    default VarMean varMean(int[] dims, int correction, KeepDim keep) {
        return new VarMean(self().var(dims, correction, keep), self().mean(dims, keep));
    }

    /** {@return the standard deviation, with Bessel's correction, and the mean of all elements} */
    default StdMean stdMean() {
        return stdMean(new int[0], 1, DROP_DIM);
    }

    /**
     * {@return the standard deviations, with Bessel's correction, and the means along a dimension, which is removed}
     */
    default StdMean stdMean(int dim) {
        return stdMean(new int[] {dim}, 1, DROP_DIM);
    }

    /** {@return the standard deviations, with Bessel's correction, and the means along a dimension} */
    default StdMean stdMean(int dim, KeepDim keep) {
        return stdMean(new int[] {dim}, 1, keep);
    }

    /**
     * {@return standard deviations and means over some dimensions; see {@link ReductionOps#var(int[], int, KeepDim)}}
     */
    default StdMean stdMean(int[] dims, int correction, KeepDim keep) {
        return new StdMean(self().std(dims, correction, keep), self().mean(dims, keep));
    }

    private Tensor zeroForNan() {
        Tensor x = self();
        if (!x.dtype().isFloating()) {
            return x;
        }
        var in = input(0, x.dtype());
        var body = select(Exprs.unary(UnaryOp.IS_NAN, in), constant(x.dtype(), 0), in);
        return Ops.applyAll(new Pointwise(Kernel.of(body)), x)[0];
    }

    /** {@return the sum of all non-NaN elements} */
    default Tensor nansum() {
        return zeroForNan().sum();
    }

    /** {@return the sums of the non-NaN elements along a dimension, which is removed} */
    default Tensor nansum(int dim) {
        return zeroForNan().sum(dim);
    }

    /** {@return the sums of the non-NaN elements along a dimension} */
    default Tensor nansum(int dim, KeepDim keep) {
        return zeroForNan().sum(dim, keep);
    }

    /** {@return the sums of the non-NaN elements over some dimensions} */
    default Tensor nansum(int[] dims, KeepDim keep) {
        return zeroForNan().sum(dims, keep);
    }

    /** {@return the mean of all non-NaN elements; NaN if there are none} */
    default Tensor nanmean() {
        return nanmean(new int[0], DROP_DIM);
    }

    /** {@return the means of the non-NaN elements along a dimension, which is removed} */
    default Tensor nanmean(int dim) {
        return nanmean(new int[] {dim}, DROP_DIM);
    }

    /** {@return the means of the non-NaN elements along a dimension} */
    default Tensor nanmean(int dim, KeepDim keep) {
        return nanmean(new int[] {dim}, keep);
    }

    /**
     * The means of the non-NaN elements over some dimensions; NaN if there are none.
     *
     * @throws IllegalArgumentException unless this is floating
     */
    default Tensor nanmean(int[] dims, KeepDim keep) {
        DType t = floating("nanmean");
        Tensor x = self().to(Exprs.wide(t));
        return x.nansum(dims, keep)
                .div(self().isnan().logicalNot().sum(dims, keep))
                .to(TensorAccess.cast(OperationKind.SUM, t));
    }

    private DType floating(String name) {
        DType t = self().dtype();
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(name, t));
        }
        return t;
    }

    /** {@return the median of all non-NaN elements, the lower of two; NaN if there are none} */
    default Tensor nanmedian() {
        return self().numel() == 0 ? self().median() : self().reshape(-1).nanmedian(0).values();
    }

    /** {@return the medians of the non-NaN elements along a dimension, which is removed, and their indices} */
    default ValuesAndIndices nanmedian(int dim) {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        int d = Dims.normalize("nanmedian", dim, x.dim());
        if (x.size(d) == 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "nanmedian: dimension %d of %s has no elements", d, x.shape()));
        }
        Tensor numbers = x.detach().isnan().logicalNot().sum(d, KEEP_DIM);
        Tensor middle = numbers.sub(1).clampMin(0).floorDivide(2);
        Tensor index = x.argsort(d).gather(d, middle); // NaN comes last
        return new ValuesAndIndices(x.gather(d, index).squeeze(d), index.squeeze(d));
    }

    /** {@return the medians of the non-NaN elements along a dimension, and their indices} */
    default ValuesAndIndices nanmedian(int dim, KeepDim keep) {
        ValuesAndIndices r = nanmedian(dim);
        return keep == KEEP_DIM && self().dim() > 0 ? r.unsqueeze(dim) : r;
    }

    private Tensor number(double q) {
        return self().newFull(q, self().dtype());
    }

    /** {@return the q-quantile of all elements, linearly interpolated} */
    default Tensor quantile(double q) {
        return quantile(number(q), null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the q-quantiles along a dimension, which is removed} */
    default Tensor quantile(double q, int dim) {
        return quantile(number(q), dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the q-quantiles along a dimension} */
    default Tensor quantile(double q, int dim, KeepDim keep) {
        return quantile(number(q), dim, keep, Interpolation.LINEAR);
    }

    /** {@return quantiles; see {@link #quantile(Tensor, Integer, KeepDim, Interpolation)}} */
    default Tensor quantile(double q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return quantile(number(q), dim, keep, interpolation);
    }

    /** {@return several quantiles of all elements, in one dimension} */
    default Tensor quantile(Tensor q) {
        return quantile(q, null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles along a dimension, which is removed; they are the first dimension of the result} */
    default Tensor quantile(Tensor q, int dim) {
        return quantile(q, dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles along a dimension; they are the first dimension of the result} */
    default Tensor quantile(Tensor q, int dim, KeepDim keep) {
        return quantile(q, dim, keep, Interpolation.LINEAR);
    }

    /**
     * Quantiles: for each q the value at position q (n - 1) of n sorted elements. NaN if one of them is NaN.
     *
     * @param q between 0 and 1, of this type: a scalar, or [m], which becomes the first dimension of the result
     * @param dim the dimension; null for all elements
     * @param interpolation how to interpolate between two elements
     * @throws IllegalArgumentException unless this is float32 or float64 and has elements
     */
    default Tensor quantile(Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return Quantiles.of("quantile", self(), q, dim, keep, interpolation, false);
    }

    /** {@return the q-quantile of all non-NaN elements} */
    default Tensor nanquantile(double q) {
        return nanquantile(number(q), null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the q-quantiles of the non-NaN elements along a dimension, which is removed} */
    default Tensor nanquantile(double q, int dim) {
        return nanquantile(number(q), dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the q-quantiles of the non-NaN elements along a dimension} */
    default Tensor nanquantile(double q, int dim, KeepDim keep) {
        return nanquantile(number(q), dim, keep, Interpolation.LINEAR);
    }

    /** {@return quantiles; see {@link #nanquantile(Tensor, Integer, KeepDim, Interpolation)}} */
    default Tensor nanquantile(double q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return nanquantile(number(q), dim, keep, interpolation);
    }

    /** {@return several quantiles of all non-NaN elements, in one dimension} */
    default Tensor nanquantile(Tensor q) {
        return nanquantile(q, null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles of the non-NaN elements along a dimension, which is removed} */
    default Tensor nanquantile(Tensor q, int dim) {
        return nanquantile(q, dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles of the non-NaN elements along a dimension} */
    default Tensor nanquantile(Tensor q, int dim, KeepDim keep) {
        return nanquantile(q, dim, keep, Interpolation.LINEAR);
    }

    /**
     * As {@link #quantile(Tensor, Integer, KeepDim, Interpolation)}, for the non-NaN elements; NaN if there are none.
     */
    default Tensor nanquantile(Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return Quantiles.of("nanquantile", self(), q, dim, keep, interpolation, true);
    }

    /** {@return the covariances of variables, with Bessel's correction: [v, n], rows of n observations, to [v, v]} */
    default Tensor cov() {
        return cov(1);
    }

    /** {@return the covariances of variables; see {@link #cov(int, Tensor, Tensor)}} */
    default Tensor cov(int correction) {
        return cov(correction, null, null);
    }

    /**
     * The covariances of variables, given as rows of observations: [v, n] to [v, v]; for one variable [n], a scalar.
     *
     * @param correction the number subtracted from that of observations in the divisor
     * @param fweights the frequency of each observation, integers [n]; null for 1
     * @param aweights the weight of each observation, floating [n]; null for equal weights
     * @throws IllegalArgumentException if weights do not match, are negative, or sum to 0
     */
    default Tensor cov(int correction, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        return Covariances.cov(self(), correction, fweights, aweights);
    }

    /** {@return Pearson correlation coefficients between variables, given as rows [v, n] of n observations} */
    default Tensor corrcoef() {
        return Covariances.corrcoef(self());
    }

    /**
     * A histogram.
     *
     * @param hist the number of elements in each bin, or the sum of their weights, or their density; of the elements'
     *     type
     * @param binEdges the edges of the bins, one more than bins
     */
    record Histogram(Tensor hist, Tensor binEdges) {}

    /** {@return the number of elements in each of {@code bins} equal bins of their range, and the edges} */
    default Histogram histogram(long bins) {
        return histogram(bins, null, null, false);
    }

    /** {@return the number of elements in each of {@code bins} equal bins of [min, max], and the edges} */
    default Histogram histogram(long bins, double min, double max) {
        return histogram(bins, new double[] {min, max}, null, false);
    }

    /**
     * The number of elements in each of {@code bins} equal bins of a range. The last edge belongs to the last bin;
     * elements outside of the range, and NaN, are ignored.
     *
     * @param range minimum and maximum; null for those of the elements
     * @param weight the weight of each element, of this shape and type; null for 1
     * @param density whether counts are divided by their sum and the bins' widths
     * @throws IllegalArgumentException unless this is float32 or float64 and the range is finite
     */
    default Histogram histogram(long bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        return Histograms.of(self(), Histograms.edges(self(), bins, range), weight, density);
    }

    /** {@return the number of elements between adjacent edges, which ascend} */
    default Histogram histogram(Tensor binEdges) {
        return histogram(binEdges, null, false);
    }

    /**
     * {@return the number of elements between adjacent edges; see {@link #histogram(long, double[], Tensor, boolean)}}
     */
    default Histogram histogram(Tensor binEdges, @Nullable Tensor weight, boolean density) {
        return Histograms.of(self(), binEdges, weight, density);
    }

    /** {@return the Euclidean norm of the difference, which broadcasts} */
    default Tensor dist(Tensor other) {
        return dist(other, 2);
    }

    /** {@return the p-norm of the difference, which broadcasts} */
    default Tensor dist(Tensor other, double p) {
        return self().sub(other).norm(p);
    }
}
