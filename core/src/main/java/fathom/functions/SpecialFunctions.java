package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Trapezoids;
import fathom.dispatch.Dims;

/**
 * Static forms of special functions and of cumulative integrals: {@code sinc(x)} is {@code x.sinc()}. Part of {@link
 * Tensors}.
 */
public final class SpecialFunctions {
    private SpecialFunctions() {}

    /** {@return x log(y) for a number x} */
    public static Tensor xlogy(Number x, Tensor y) {
        return y.newFull(x, DType.promote(y.dtype(), x)).xlogy(y);
    }

    /** {@return x log(1 + y) for a number x} */
    public static Tensor xlog1py(Number x, Tensor y) {
        return y.newFull(x, DType.promote(y.dtype(), x)).xlog1py(y);
    }

    /** {@return powers of a number, computed in float64} */
    public static Tensor floatPower(Number x, Tensor exponent) {
        return exponent.to(DType.FLOAT64).rpow(x.doubleValue());
    }

    /** {@return the integrals of y along the last dimension by the trapezoidal rule, with unit spacing} */
    public static Tensor trapezoid(Tensor y) {
        return trapezoid(y, 1, -1);
    }

    /** {@return the integrals of y along the last dimension by the trapezoidal rule, with spacing {@code dx}} */
    public static Tensor trapezoid(Tensor y, Number dx) {
        return trapezoid(y, dx, -1);
    }

    /** {@return the integrals of y along a dimension by the trapezoidal rule, with spacing {@code dx}} */
    public static Tensor trapezoid(Tensor y, Number dx, int dim) {
        return Trapezoids.areas("trapezoid", y, dx, dim).sum(fromEnd("trapezoid", y, dim)).div(2);
    }

    /** {@return the integrals of y along the last dimension by the trapezoidal rule, at sample points x} */
    public static Tensor trapezoid(Tensor y, Tensor x) {
        return trapezoid(y, x, -1);
    }

    /**
     * The integrals of y along a dimension, which is removed, by the trapezoidal rule.
     *
     * @param x the sample points: one-dimensional, of the dimension's size, or of a shape that broadcasts with y's
     * @throws IllegalArgumentException if the sizes differ, or for bool
     */
    public static Tensor trapezoid(Tensor y, Tensor x, int dim) {
        return Trapezoids.areas("trapezoid", y, x, dim).sum(fromEnd("trapezoid", y, dim)).div(2);
    }

    /** Sample points may have more leading dimensions than y. */
    private static int fromEnd(String name, Tensor y, int dim) {
        return Dims.normalize(name, dim, y.dim()) - y.dim();
    }

    /** {@return the cumulative integrals of y along the last dimension by the trapezoidal rule, with unit spacing} */
    public static Tensor cumulativeTrapezoid(Tensor y) {
        return cumulativeTrapezoid(y, 1, -1);
    }

    /**
     * {@return the cumulative integrals of y along the last dimension by the trapezoidal rule, with spacing {@code dx}}
     */
    public static Tensor cumulativeTrapezoid(Tensor y, Number dx) {
        return cumulativeTrapezoid(y, dx, -1);
    }

    /** {@return the cumulative integrals of y along a dimension by the trapezoidal rule, with spacing {@code dx}} */
    public static Tensor cumulativeTrapezoid(Tensor y, Number dx, int dim) {
        return Trapezoids.areas("cumulativeTrapezoid", y, dx, dim)
                .cumsum(fromEnd("cumulativeTrapezoid", y, dim))
                .div(2);
    }

    /** {@return the cumulative integrals of y along the last dimension by the trapezoidal rule, at sample points x} */
    public static Tensor cumulativeTrapezoid(Tensor y, Tensor x) {
        return cumulativeTrapezoid(y, x, -1);
    }

    /** {@return the cumulative integrals by the trapezoidal rule; see {@link #trapezoid(Tensor, Tensor, int)}} */
    public static Tensor cumulativeTrapezoid(Tensor y, Tensor x, int dim) {
        return Trapezoids.areas("cumulativeTrapezoid", y, x, dim).cumsum(fromEnd("cumulativeTrapezoid", y, dim)).div(2);
    }
}
