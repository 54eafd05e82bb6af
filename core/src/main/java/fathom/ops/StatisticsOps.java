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

/** Moments, quantiles, covariances and histograms; reductions that leave NaN out. */
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

    /** {@return the variances, with Bessel's correction, and the means along a dimension, which goes away} */
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

    /** {@return the standard deviations, with Bessel's correction, and the means along a dimension, which goes away} */
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

    /** {@return the sum of all elements but NaN} */
    default Tensor nansum() {
        return zeroForNan().sum();
    }

    /** {@return the sums of the elements but NaN along a dimension, which goes away} */
    default Tensor nansum(int dim) {
        return zeroForNan().sum(dim);
    }

    /** {@return the sums of the elements but NaN along a dimension} */
    default Tensor nansum(int dim, KeepDim keep) {
        return zeroForNan().sum(dim, keep);
    }

    /** {@return the sums of the elements but NaN over some dimensions} */
    default Tensor nansum(int[] dims, KeepDim keep) {
        return zeroForNan().sum(dims, keep);
    }

    /** {@return the mean of all elements but NaN; NaN where there is no other} */
    default Tensor nanmean() {
        return nanmean(new int[0], DROP_DIM);
    }

    /** {@return the means of the elements but NaN along a dimension, which goes away} */
    default Tensor nanmean(int dim) {
        return nanmean(new int[] {dim}, DROP_DIM);
    }

    /** {@return the means of the elements but NaN along a dimension} */
    default Tensor nanmean(int dim, KeepDim keep) {
        return nanmean(new int[] {dim}, keep);
    }

    /**
     * The means of the elements but NaN over some dimensions; NaN where there is no other.
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
                    "%s: wants a floating type, not %s; convert with to(FLOAT32)".formatted(name, t));
        }
        return t;
    }

    /** {@return the median of all elements but NaN, of an even number the lower one; NaN where there is no other} */
    default Tensor nanmedian() {
        return self().numel() == 0 ? self().median() : self().reshape(-1).nanmedian(0).values();
    }

    /** {@return the medians of the elements but NaN along a dimension, which goes away, and where they were} */
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

    /** {@return the medians of the elements but NaN along a dimension, and where they were} */
    default ValuesAndIndices nanmedian(int dim, KeepDim keep) {
        ValuesAndIndices r = nanmedian(dim);
        return keep == KEEP_DIM && self().dim() > 0 ? r.unsqueeze(dim) : r;
    }

    private Tensor number(double q) {
        return self().newFull(q, self().dtype());
    }

    /** {@return the value below which the fraction q of all elements lies, between two of them on a line} */
    default Tensor quantile(double q) {
        return quantile(number(q), null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the values below which the fraction q of the elements along a dimension, which goes away, lies} */
    default Tensor quantile(double q, int dim) {
        return quantile(number(q), dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the values below which the fraction q of the elements along a dimension lies} */
    default Tensor quantile(double q, int dim, KeepDim keep) {
        return quantile(number(q), dim, keep, Interpolation.LINEAR);
    }

    /** {@return quantiles; see {@link #quantile(Tensor, Integer, KeepDim, Interpolation)}} */
    default Tensor quantile(double q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return quantile(number(q), dim, keep, interpolation);
    }

    /** {@return several quantiles of all elements, in a row} */
    default Tensor quantile(Tensor q) {
        return quantile(q, null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles along a dimension, which goes away; they are the first dimension of the result} */
    default Tensor quantile(Tensor q, int dim) {
        return quantile(q, dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles along a dimension; they are the first dimension of the result} */
    default Tensor quantile(Tensor q, int dim, KeepDim keep) {
        return quantile(q, dim, keep, Interpolation.LINEAR);
    }

    /**
     * Quantiles: for each q the value at place q (n - 1) of n sorted elements. NaN if one of them is.
     *
     * @param q between 0 and 1, of this type: one number, or a row of m, which makes a first dimension of extent m
     * @param dim the dimension; null for all elements
     * @param interpolation what is taken at a place between two elements
     * @throws IllegalArgumentException unless this is float32 or float64 and has elements
     */
    default Tensor quantile(Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return Quantiles.of("quantile", self(), q, dim, keep, interpolation, false);
    }

    /** {@return the value below which the fraction q of all elements but NaN lies} */
    default Tensor nanquantile(double q) {
        return nanquantile(number(q), null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the values below which the fraction q of the elements but NaN along a dimension lies} */
    default Tensor nanquantile(double q, int dim) {
        return nanquantile(number(q), dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return the values below which the fraction q of the elements but NaN along a dimension lies} */
    default Tensor nanquantile(double q, int dim, KeepDim keep) {
        return nanquantile(number(q), dim, keep, Interpolation.LINEAR);
    }

    /** {@return quantiles; see {@link #nanquantile(Tensor, Integer, KeepDim, Interpolation)}} */
    default Tensor nanquantile(double q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return nanquantile(number(q), dim, keep, interpolation);
    }

    /** {@return several quantiles of all elements but NaN, in a row} */
    default Tensor nanquantile(Tensor q) {
        return nanquantile(q, null, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles of the elements but NaN along a dimension, which goes away} */
    default Tensor nanquantile(Tensor q, int dim) {
        return nanquantile(q, dim, DROP_DIM, Interpolation.LINEAR);
    }

    /** {@return several quantiles of the elements but NaN along a dimension} */
    default Tensor nanquantile(Tensor q, int dim, KeepDim keep) {
        return nanquantile(q, dim, keep, Interpolation.LINEAR);
    }

    /**
     * As {@link #quantile(Tensor, Integer, KeepDim, Interpolation)}, of the elements but NaN; NaN where there is no
     * other.
     */
    default Tensor nanquantile(Tensor q, @Nullable Integer dim, KeepDim keep, Interpolation interpolation) {
        return Quantiles.of("nanquantile", self(), q, dim, keep, interpolation, true);
    }

    /** {@return the covariances of variables, with Bessel's correction: rows [v, n] of n observations to [v, v]} */
    default Tensor cov() {
        return cov(1);
    }

    /** {@return the covariances of variables; see {@link #cov(int, Tensor, Tensor)}} */
    default Tensor cov(int correction) {
        return cov(correction, null, null);
    }

    /**
     * The covariances of variables, given as rows of observations: [v, n] to [v, v]; of one variable [n], a number.
     *
     * @param correction what is subtracted from the number of observations in the divisor
     * @param fweights how often each observation was made, integers [n]; null for once
     * @param aweights how much each observation counts, floating [n]; null for all alike
     * @throws IllegalArgumentException if weights do not fit, are negative, or have the sum 0
     */
    default Tensor cov(int correction, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        return Covariances.cov(self(), correction, fweights, aweights);
    }

    /** {@return Pearson's coefficients of correlation between variables, given as rows [v, n] of n observations} */
    default Tensor corrcoef() {
        return Covariances.corrcoef(self());
    }

    /**
     * A histogram.
     *
     * @param hist how many elements lie in each bin, or their weights, or their density; of the elements' type
     * @param binEdges the bins' edges, one more than bins
     */
    record Histogram(Tensor hist, Tensor binEdges) {}

    /** {@return how many elements lie in each of {@code bins} equal parts of their range, and the parts' edges} */
    default Histogram histogram(long bins) {
        return histogram(bins, null, null, false);
    }

    /** {@return how many elements lie in each of {@code bins} equal parts of [min, max], and the parts' edges} */
    default Histogram histogram(long bins, double min, double max) {
        return histogram(bins, new double[] {min, max}, null, false);
    }

    /**
     * How many elements lie in each of {@code bins} equal parts of a range. The greatest edge belongs to the last bin;
     * what lies outside of the range is left out, as is NaN.
     *
     * @param range from and to; null for that of the elements
     * @param weight what each element counts, of this shape and type; null for 1
     * @param density whether counts are divided by their sum and the bins' widths
     * @throws IllegalArgumentException unless this is float32 or float64 and the range is finite
     */
    default Histogram histogram(long bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        return Histograms.of(self(), Histograms.edges(self(), bins, range), weight, density);
    }

    /** {@return how many elements lie between neighbouring edges, which ascend} */
    default Histogram histogram(Tensor binEdges) {
        return histogram(binEdges, null, false);
    }

    /**
     * {@return how many elements lie between neighbouring edges; see {@link #histogram(long, double[], Tensor,
     * boolean)}}
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
