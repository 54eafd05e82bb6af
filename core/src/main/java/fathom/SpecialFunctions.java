package fathom;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Static forms of special functions, running results and uneven splits: {@code sinc(x)} is {@code x.sinc()}. Part of
 * {@link Tensors}.
 */
public abstract class SpecialFunctions extends Joining {
    SpecialFunctions() {}

    /** {@return log(exp(x) + exp(y)); see {@link SpecialOps#logaddexp}} */
    public static Tensor logaddexp(Tensor x, Tensor y) {
        return x.logaddexp(y);
    }

    /** {@return the logarithm to base 2 of 2^x + 2^y; see {@link SpecialOps#logaddexp2}} */
    public static Tensor logaddexp2(Tensor x, Tensor y) {
        return x.logaddexp2(y);
    }

    /** {@return x log(y); see {@link SpecialOps#xlogy(Tensor)}} */
    public static Tensor xlogy(Tensor x, Tensor y) {
        return x.xlogy(y);
    }

    /** {@return x log(y) of a number y} */
    public static Tensor xlogy(Tensor x, Number y) {
        return x.xlogy(y);
    }

    /** {@return x log(y) of a number x} */
    public static Tensor xlogy(Number x, Tensor y) {
        return Tensors.full(x, DType.promote(y.dtype(), x)).xlogy(y);
    }

    /** {@return x log(1 + y); see {@link SpecialOps#xlog1py(Tensor)}} */
    public static Tensor xlog1py(Tensor x, Tensor y) {
        return x.xlog1py(y);
    }

    /** {@return x log(1 + y) of a number y} */
    public static Tensor xlog1py(Tensor x, Number y) {
        return x.xlog1py(y);
    }

    /** {@return x log(1 + y) of a number x} */
    public static Tensor xlog1py(Number x, Tensor y) {
        return Tensors.full(x, DType.promote(y.dtype(), x)).xlog1py(y);
    }

    /** {@return 0, 1 or, where x is 0, values; see {@link SpecialOps#heaviside}} */
    public static Tensor heaviside(Tensor x, Tensor values) {
        return x.heaviside(values);
    }

    /** {@return sin(pi x) / (pi x)} */
    public static Tensor sinc(Tensor x) {
        return x.sinc();
    }

    /** {@return the greater of each pair, or the one that is not NaN} */
    public static Tensor fmax(Tensor x, Tensor y) {
        return x.fmax(y);
    }

    /** {@return the lesser of each pair, or the one that is not NaN} */
    public static Tensor fmin(Tensor x, Tensor y) {
        return x.fmin(y);
    }

    /** {@return powers in float64} */
    public static Tensor floatPower(Tensor x, Tensor exponent) {
        return x.floatPower(exponent);
    }

    /** {@return powers in float64} */
    public static Tensor floatPower(Tensor x, Number exponent) {
        return x.floatPower(exponent);
    }

    /** {@return powers of a number in float64} */
    public static Tensor floatPower(Number x, Tensor exponent) {
        return exponent.to(DType.FLOAT64).rpow(x.doubleValue());
    }

    /** {@return where the sign bit is set} */
    public static Tensor signbit(Tensor x) {
        return x.signbit();
    }

    /** {@return where x is positive infinity} */
    public static Tensor isposinf(Tensor x) {
        return x.isposinf();
    }

    /** {@return where x is negative infinity} */
    public static Tensor isneginf(Tensor x) {
        return x.isneginf();
    }

    /** {@return the modified Bessel function of the first kind, of order 0} */
    public static Tensor i0(Tensor x) {
        return x.i0();
    }

    /** {@return the modified Bessel function of the first kind, of order 1} */
    public static Tensor i1(Tensor x) {
        return x.i1();
    }

    /** {@return exp(x^2) erfc(x)} */
    public static Tensor erfcx(Tensor x) {
        return x.erfcx();
    }

    /** {@return the log-odds of x clamped to [eps, 1 - eps]} */
    public static Tensor logit(Tensor x, double eps) {
        return x.logit(eps);
    }

    /** {@return running maxima and their indices; see {@link ScanOps#cummax}} */
    public static ValuesAndIndices cummax(Tensor x, int dim) {
        return x.cummax(dim);
    }

    /** {@return running minima and their indices; see {@link ScanOps#cummin}} */
    public static ValuesAndIndices cummin(Tensor x, int dim) {
        return x.cummin(dim);
    }

    /** {@return running logarithms of sums of exponentials; see {@link ScanOps#logcumsumexp}} */
    public static Tensor logcumsumexp(Tensor x, int dim) {
        return x.logcumsumexp(dim);
    }

    /** {@return differences of neighbours along the last dimension} */
    public static Tensor diff(Tensor x) {
        return x.diff();
    }

    /** {@return differences of neighbours along a dimension, taken {@code n} times} */
    public static Tensor diff(Tensor x, int n, int dim) {
        return x.diff(n, dim);
    }

    /** {@return differences of neighbours; see {@link ScanOps#diff(int, int, Tensor, Tensor)}} */
    public static Tensor diff(Tensor x, int n, int dim, @Nullable Tensor prepend, @Nullable Tensor append) {
        return x.diff(n, dim, prepend, append);
    }

    /** {@return the areas under piecewise linear curves y along the last dimension, places 1 apart} */
    public static Tensor trapezoid(Tensor y) {
        return trapezoid(y, 1, -1);
    }

    /** {@return the areas under piecewise linear curves y along the last dimension, places {@code dx} apart} */
    public static Tensor trapezoid(Tensor y, Number dx) {
        return trapezoid(y, dx, -1);
    }

    /** {@return the areas under piecewise linear curves y along a dimension, places {@code dx} apart} */
    public static Tensor trapezoid(Tensor y, Number dx, int dim) {
        return Trapezoids.areas("trapezoid", y, dx, dim).sum(fromEnd("trapezoid", y, dim)).div(2);
    }

    /** {@return the areas under piecewise linear curves y over places x along the last dimension} */
    public static Tensor trapezoid(Tensor y, Tensor x) {
        return trapezoid(y, x, -1);
    }

    /**
     * The areas under piecewise linear curves y along a dimension, which goes away.
     *
     * @param x the places: a row of as many as the dimension has, or of a shape that broadcasts with y's
     * @throws IllegalArgumentException if their number differs, or of truth values
     */
    public static Tensor trapezoid(Tensor y, Tensor x, int dim) {
        return Trapezoids.areas("trapezoid", y, x, dim).sum(fromEnd("trapezoid", y, dim)).div(2);
    }

    /** Places may have more dimensions than y, in front. */
    private static int fromEnd(String name, Tensor y, int dim) {
        return Dims.normalize(name, dim, y.dim()) - y.dim();
    }

    /** {@return running areas under piecewise linear curves y along the last dimension, places 1 apart} */
    public static Tensor cumulativeTrapezoid(Tensor y) {
        return cumulativeTrapezoid(y, 1, -1);
    }

    /** {@return running areas under piecewise linear curves y along the last dimension, places {@code dx} apart} */
    public static Tensor cumulativeTrapezoid(Tensor y, Number dx) {
        return cumulativeTrapezoid(y, dx, -1);
    }

    /** {@return running areas under piecewise linear curves y along a dimension, places {@code dx} apart} */
    public static Tensor cumulativeTrapezoid(Tensor y, Number dx, int dim) {
        return Trapezoids.areas("cumulativeTrapezoid", y, dx, dim)
                .cumsum(fromEnd("cumulativeTrapezoid", y, dim))
                .div(2);
    }

    /** {@return running areas under piecewise linear curves y over places x along the last dimension} */
    public static Tensor cumulativeTrapezoid(Tensor y, Tensor x) {
        return cumulativeTrapezoid(y, x, -1);
    }

    /** {@return running areas under piecewise linear curves; see {@link #trapezoid(Tensor, Tensor, int)}} */
    public static Tensor cumulativeTrapezoid(Tensor y, Tensor x, int dim) {
        return Trapezoids.areas("cumulativeTrapezoid", y, x, dim).cumsum(fromEnd("cumulativeTrapezoid", y, dim)).div(2);
    }

    /** {@return uneven views along dimension 0; see {@link RearrangingOps#tensorSplit(int, int)}} */
    public static List<Tensor> tensorSplit(Tensor x, int sections) {
        return x.tensorSplit(sections);
    }

    /** {@return views between indices of dimension 0; see {@link RearrangingOps#tensorSplit(long[], int)}} */
    public static List<Tensor> tensorSplit(Tensor x, long[] indices) {
        return x.tensorSplit(indices);
    }

    /** {@return uneven views along a dimension; see {@link RearrangingOps#tensorSplit(int, int)}} */
    public static List<Tensor> tensorSplit(Tensor x, int sections, int dim) {
        return x.tensorSplit(sections, dim);
    }

    /** {@return views between indices of a dimension; see {@link RearrangingOps#tensorSplit(long[], int)}} */
    public static List<Tensor> tensorSplit(Tensor x, long[] indices, int dim) {
        return x.tensorSplit(indices, dim);
    }

    /** {@return a copy rotated by 90 degrees in the plane of dimensions 0 and 1, from the first towards the second} */
    public static Tensor rot90(Tensor x) {
        return x.rot90();
    }

    /** {@return a copy rotated by 90 degrees {@code k} times in the plane of dimensions 0 and 1} */
    public static Tensor rot90(Tensor x, int k) {
        return x.rot90(k);
    }

    /** {@return a copy turned by 90 degrees {@code k} times; see {@link RearrangingOps#rot90(int, int[])}} */
    public static Tensor rot90(Tensor x, int k, int[] dims) {
        return x.rot90(k, dims);
    }

    /** {@return a copy with the order of columns reversed} */
    public static Tensor fliplr(Tensor x) {
        return x.fliplr();
    }

    /** {@return a copy with the order of rows reversed} */
    public static Tensor flipud(Tensor x) {
        return x.flipud();
    }
}
