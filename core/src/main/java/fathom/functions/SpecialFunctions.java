package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Trapezoids;
import fathom.dispatch.Dims;

/**
 * Static forms of special functions, running results and uneven splits: {@code sinc(x)} is {@code x.sinc()}. Part of
 * {@link Tensors}.
 */
public final class SpecialFunctions {
    private SpecialFunctions() {}

    /** {@return x log(y) of a number x} */
    public static Tensor xlogy(Number x, Tensor y) {
        return y.newFull(x, DType.promote(y.dtype(), x)).xlogy(y);
    }

    /** {@return x log(1 + y) of a number x} */
    public static Tensor xlog1py(Number x, Tensor y) {
        return y.newFull(x, DType.promote(y.dtype(), x)).xlog1py(y);
    }

    /** {@return powers of a number in float64} */
    public static Tensor floatPower(Number x, Tensor exponent) {
        return exponent.to(DType.FLOAT64).rpow(x.doubleValue());
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
}
