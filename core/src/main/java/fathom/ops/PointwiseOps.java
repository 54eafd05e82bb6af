package fathom.ops;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Tensor;
import fathom.composition.Formulas;
import fathom.dispatch.Kernels;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.options.Rounding;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import org.jspecify.annotations.Nullable;

/**
 * Element-wise arithmetic and functions. Shapes broadcast and types promote as in PyTorch; functions of real numbers
 * convert integers to float32.
 */
public sealed interface PointwiseOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor unary(UnaryOp op, DType computed) {
        Tensor x = self();
        return Ops.applyAll(new Pointwise(Kernels.unary(op, x.dtype(), computed)), x)[0];
    }

    private Tensor real(UnaryOp op) {
        return unary(op, self().dtype().toFloating());
    }

    private Tensor same(UnaryOp op, String name) {
        if (self().dtype() == DType.BOOL) {
            throw new IllegalArgumentException(
                    name + ": not defined for bool; convert with to(...) or use logicalNot()");
        }
        return unary(op, self().dtype());
    }

    /** Rounding returns integers unchanged. */
    private Tensor rounding(UnaryOp op) {
        return self().dtype().isFloating() ? unary(op, self().dtype()) : self().clone();
    }

    private Tensor binary(BinaryOp op, Tensor other) {
        DType t = Promotion.of(self(), other);
        return Promotion.binary(op, self(), other, t);
    }

    private Tensor binary(BinaryOp op, Number other) {
        return Promotion.binary(op, self(), other, DType.promote(self().dtype(), other), false);
    }

    private Tensor realBinary(BinaryOp op, Tensor other) {
        return Promotion.binary(op, self(), other, Promotion.of(self(), other).toFloating());
    }

    private Tensor realBinary(BinaryOp op, Number other) {
        return Promotion.binary(op, self(), other, DType.promote(self().dtype(), other).toFloating(), false);
    }

    /** {@return the sum} */
    default Tensor add(Tensor other) {
        DType t = Promotion.of(self(), other);
        return Promotion.binary(t == DType.BOOL ? BinaryOp.OR : BinaryOp.ADD, self(), other, t);
    }

    /** {@return the sum with a number} */
    default Tensor add(Number other) {
        return binary(BinaryOp.ADD, other);
    }

    /**
     * {@return this plus {@code alpha} times {@code other}, in the promoted type}
     *
     * @throws IllegalArgumentException if that is not floating and {@code alpha} is a floating number
     */
    default Tensor add(Tensor other, Number alpha) {
        Expr e = Formulas.scaledSum(BinaryOp.ADD, self(), other, alpha);
        return Ops.applyAll(new Pointwise(Kernel.of(e), alpha), self(), other)[0];
    }

    /** {@return the difference} */
    default Tensor sub(Tensor other) {
        refuseBoolDifference(Promotion.of(self(), other));
        return binary(BinaryOp.SUB, other);
    }

    /** {@return the difference from a number} */
    default Tensor sub(Number other) {
        refuseBoolDifference(DType.promote(self().dtype(), other));
        return binary(BinaryOp.SUB, other);
    }

    /**
     * {@return this minus {@code alpha} times {@code other}, in the promoted type}
     *
     * @throws IllegalArgumentException if that is bool, or not floating and {@code alpha} is a floating number
     */
    default Tensor sub(Tensor other, Number alpha) {
        Expr e = Formulas.scaledSum(BinaryOp.SUB, self(), other, alpha);
        return Ops.applyAll(new Pointwise(Kernel.of(e), alpha), self(), other)[0];
    }

    private static void refuseBoolDifference(DType t) {
        if (t == DType.BOOL) {
            Formulas.refuseBoolDifference();
        }
    }

    /** {@return a number minus this: PyTorch's {@code rsub}} */
    default Tensor rsub(Number other) {
        return Promotion.binary(BinaryOp.SUB, self(), other, DType.promote(self().dtype(), other), true);
    }

    /** {@return the product} */
    default Tensor mul(Tensor other) {
        DType t = Promotion.of(self(), other);
        return Promotion.binary(t == DType.BOOL ? BinaryOp.AND : BinaryOp.MUL, self(), other, t);
    }

    /** {@return the product with a number} */
    default Tensor mul(Number other) {
        return binary(BinaryOp.MUL, other);
    }

    /** {@return the true quotient; float32 for integers} */
    default Tensor div(Tensor other) {
        return realBinary(BinaryOp.DIV, other);
    }

    /** {@return the true quotient by a number; float32 for integers} */
    default Tensor div(Number other) {
        return realBinary(BinaryOp.DIV, other);
    }

    /**
     * {@return the quotient rounded to an integer, in the promoted type; its gradient is 0}
     *
     * @throws ArithmeticException if integers are divided by 0
     */
    default Tensor div(Tensor other, Rounding rounding) {
        Tensor x = self();
        DType t = Promotion.of(x, other);
        Expr q = rounding.quotient(cast(t, input(0, x.dtype())), cast(t, input(1, other.dtype())));
        return Ops.applyAll(new Pointwise(Kernel.of(q)), x, other)[0];
    }

    /** {@return the quotient by a number, rounded to an integer; see {@link #div(Tensor, Rounding)}} */
    default Tensor div(Number other, Rounding rounding) {
        Tensor x = self();
        DType t = DType.promote(x.dtype(), other);
        Expr q = rounding.quotient(cast(t, input(0, x.dtype())), scalar(0, t));
        return Ops.applyAll(new Pointwise(Kernel.of(q), other), x)[0];
    }

    /** {@return a number divided by this} */
    default Tensor rdiv(Number other) {
        return Promotion.binary(BinaryOp.DIV, self(), other, DType.promote(self().dtype(), other).toFloating(), true);
    }

    /** {@return the quotient rounded down: Python's {@code //}} */
    default Tensor floorDivide(Tensor other) {
        return binary(BinaryOp.FLOOR_DIV, other);
    }

    /** {@return the quotient by a number, rounded down} */
    default Tensor floorDivide(Number other) {
        return binary(BinaryOp.FLOOR_DIV, other);
    }

    /** {@return the remainder with the divisor's sign: Python's {@code %}} */
    default Tensor remainder(Tensor other) {
        return binary(BinaryOp.REMAINDER, other);
    }

    /** {@return the remainder by a number, with its sign} */
    default Tensor remainder(Number other) {
        return binary(BinaryOp.REMAINDER, other);
    }

    /** {@return the remainder with the dividend's sign: C's {@code fmod}} */
    default Tensor fmod(Tensor other) {
        return binary(BinaryOp.FMOD, other);
    }

    /** {@return the remainder by a number, with the dividend's sign} */
    default Tensor fmod(Number other) {
        return binary(BinaryOp.FMOD, other);
    }

    /** {@return this to the power of {@code exponent}, element by element} */
    default Tensor pow(Tensor exponent) {
        return binary(BinaryOp.POW, exponent);
    }

    /**
     * {@return this to the power of a number}
     *
     * @throws IllegalArgumentException for integers to a negative integer power
     */
    default Tensor pow(Number exponent) {
        Tensor x = self();
        DType t = DType.promote(x.dtype(), exponent);
        double e = exponent.doubleValue();
        if (!t.isFloating() && e < 0) {
            throw new IllegalArgumentException(
                    "pow: integers to a negative power (%s) are not integers; convert with to(FLOAT32)"
                            .formatted(exponent));
        }
        if (e == 2) {
            Expr v = cast(t, input(0, x.dtype()));
            return Ops.applyAll(new Pointwise(Kernel.of(Exprs.mul(v, v))), x)[0];
        }
        if (e == 1) {
            return x.to(t).clone();
        }
        if (e == 0.5 && t.isFloating()) {
            return x.to(t).sqrt();
        }
        return binary(BinaryOp.POW, exponent);
    }

    /** {@return a number to the power of this: PyTorch's {@code torch.pow(number, tensor)}} */
    default Tensor rpow(Number base) {
        return Promotion.binary(BinaryOp.POW, self(), base, DType.promote(self().dtype(), base), true);
    }

    /** {@return x times x} */
    default Tensor square() {
        return pow(2);
    }

    /** {@return the maximum of each pair, NaN if either is NaN} */
    default Tensor maximum(Tensor other) {
        return binary(BinaryOp.MAX, other);
    }

    /** {@return the minimum of each pair, NaN if either is NaN} */
    default Tensor minimum(Tensor other) {
        return binary(BinaryOp.MIN, other);
    }

    /** {@return the angle of the point (other, this), in radians} */
    default Tensor atan2(Tensor other) {
        return realBinary(BinaryOp.ATAN2, other);
    }

    /** {@return the hypotenuse} */
    default Tensor hypot(Tensor other) {
        return realBinary(BinaryOp.HYPOT, other);
    }

    /** {@return this with the sign of {@code other}} */
    default Tensor copysign(Tensor other) {
        return realBinary(BinaryOp.COPYSIGN, other);
    }

    /** {@return the negative} */
    default Tensor neg() {
        return same(UnaryOp.NEG, "neg");
    }

    /** {@return the absolute value} */
    default Tensor abs() {
        return same(UnaryOp.ABS, "abs");
    }

    /** {@return -1, 0 or 1; 0 for NaN, as in PyTorch} */
    default Tensor sign() {
        Tensor x = self();
        if (x.dtype() == DType.BOOL) {
            return x.clone();
        }
        return x.dtype().isFloating()
                ? Ops.applyAll(new Pointwise(Kernel.of(Formulas.sign(input(0, x.dtype())))), x)[0]
                : unary(UnaryOp.SIGN, x.dtype());
    }

    /** {@return the elements rounded down} */
    default Tensor floor() {
        return rounding(UnaryOp.FLOOR);
    }

    /** {@return the elements rounded up} */
    default Tensor ceil() {
        return rounding(UnaryOp.CEIL);
    }

    /** {@return the elements rounded to the nearest integer, ties to even} */
    default Tensor round() {
        return rounding(UnaryOp.ROUND);
    }

    /** {@return the elements rounded to {@code decimals} decimal places} */
    default Tensor round(int decimals) {
        double scale = Math.pow(10, Math.abs(decimals));
        return decimals >= 0 ? self().mul(scale).round().div(scale) : self().div(scale).round().mul(scale);
    }

    /** {@return the elements rounded towards zero} */
    default Tensor trunc() {
        return rounding(UnaryOp.TRUNC);
    }

    /** {@return the fractional part, with the sign} */
    default Tensor frac() {
        Tensor x = self();
        if (!x.dtype().isFloating()) {
            return x.sub(x.trunc());
        }
        Expr in = input(0, x.dtype());
        return Ops.applyAll(new Pointwise(Kernel.of(Exprs.sub(in, Exprs.unary(UnaryOp.TRUNC, in)))), x)[0];
    }

    /** {@return the square root} */
    default Tensor sqrt() {
        return real(UnaryOp.SQRT);
    }

    /** {@return the reciprocal of the square root} */
    default Tensor rsqrt() {
        return real(UnaryOp.RSQRT);
    }

    /** {@return the reciprocal} */
    default Tensor reciprocal() {
        return real(UnaryOp.RECIPROCAL);
    }

    /** {@return e to the power of this} */
    default Tensor exp() {
        return real(UnaryOp.EXP);
    }

    /** {@return 2 to the power of this} */
    default Tensor exp2() {
        return self().to(self().dtype().toFloating()).rpow(2.0);
    }

    /** {@return e to the power of this, minus one, accurate near zero} */
    default Tensor expm1() {
        return real(UnaryOp.EXPM1);
    }

    /** {@return the natural logarithm} */
    default Tensor log() {
        return real(UnaryOp.LOG);
    }

    /** {@return the logarithm to base 2} */
    default Tensor log2() {
        return real(UnaryOp.LOG2);
    }

    /** {@return the logarithm to base 10} */
    default Tensor log10() {
        return real(UnaryOp.LOG10);
    }

    /** {@return the logarithm of one plus this, accurate near zero} */
    default Tensor log1p() {
        return real(UnaryOp.LOG1P);
    }

    /** {@return the sine of radians} */
    default Tensor sin() {
        return real(UnaryOp.SIN);
    }

    /** {@return the cosine of radians} */
    default Tensor cos() {
        return real(UnaryOp.COS);
    }

    /** {@return the tangent of radians} */
    default Tensor tan() {
        return real(UnaryOp.TAN);
    }

    /** {@return the angle whose sine this is} */
    default Tensor asin() {
        return real(UnaryOp.ASIN);
    }

    /** {@return the angle whose cosine this is} */
    default Tensor acos() {
        return real(UnaryOp.ACOS);
    }

    /** {@return the angle whose tangent this is} */
    default Tensor atan() {
        return real(UnaryOp.ATAN);
    }

    /** {@return the hyperbolic sine} */
    default Tensor sinh() {
        return real(UnaryOp.SINH);
    }

    /** {@return the hyperbolic cosine} */
    default Tensor cosh() {
        return real(UnaryOp.COSH);
    }

    /** {@return the hyperbolic tangent} */
    default Tensor tanh() {
        return real(UnaryOp.TANH);
    }

    /** {@return the inverse hyperbolic sine} */
    default Tensor asinh() {
        return real(UnaryOp.ASINH);
    }

    /** {@return the inverse hyperbolic cosine} */
    default Tensor acosh() {
        return real(UnaryOp.ACOSH);
    }

    /** {@return the inverse hyperbolic tangent} */
    default Tensor atanh() {
        return real(UnaryOp.ATANH);
    }

    /** {@return the sigmoid, 1 / (1 + exp(-x))} */
    default Tensor sigmoid() {
        return real(UnaryOp.SIGMOID);
    }

    /** {@return the log-odds, log(x / (1 - x)); NaN outside of [0, 1], as is the gradient there} */
    default Tensor logit() {
        Tensor x = self();
        DType t = x.dtype().toFloating();
        return Ops.applyAll(new Pointwise(Kernel.of(Formulas.logit(cast(t, input(0, x.dtype()))))), x)[0];
    }

    /** {@return the error function} */
    default Tensor erf() {
        return real(UnaryOp.ERF);
    }

    /** {@return one minus the error function} */
    default Tensor erfc() {
        return real(UnaryOp.ERFC);
    }

    /** {@return the inverse of the error function} */
    default Tensor erfinv() {
        return real(UnaryOp.ERFINV);
    }

    /** {@return the logarithm of the absolute value of the gamma function} */
    default Tensor lgamma() {
        return real(UnaryOp.LGAMMA);
    }

    /** {@return the derivative of {@link #lgamma}} */
    default Tensor digamma() {
        return real(UnaryOp.DIGAMMA);
    }

    /** {@return this clamped to [{@code min}, {@code max}]; null for no bound} */
    default Tensor clamp(@Nullable Number min, @Nullable Number max) {
        if (min == null && max == null) {
            throw new IllegalArgumentException("clamp: expected a lower or an upper bound");
        }
        DType t = self().dtype();
        t = min == null ? t : DType.promote(t, min);
        t = max == null ? t : DType.promote(t, max);
        Expr e = Formulas.clamp(self().dtype(), t, min != null, max != null);
        return Ops.applyAll(new Pointwise(Kernel.of(e), Formulas.bounds(min, max)), self())[0];
    }

    /**
     * {@return this clamped to [{@code min}, {@code max}], element by element; null for no bound; NaN where any of the
     * three is NaN}
     */
    default Tensor clamp(@Nullable Tensor min, @Nullable Tensor max) {
        if (min == null && max == null) {
            throw new IllegalArgumentException("clamp: expected a lower or an upper bound");
        }
        Tensor x = min == null ? self() : self().clampMin(min);
        return max == null ? x : x.clampMax(max);
    }

    /** {@return this clamped to at least {@code min}} */
    default Tensor clampMin(Number min) {
        return clamp(min, null);
    }

    /** {@return this clamped to at most {@code max}} */
    default Tensor clampMax(Number max) {
        return clamp(null, max);
    }

    /** {@return {@code this + weight * (end - this)}} */
    default Tensor lerp(Tensor end, Number weight) {
        DType t = Promotion.of(self(), end);
        Expr a = cast(t, input(0, self().dtype()));
        Expr b = cast(t, input(1, end.dtype()));
        return Ops.applyAll(
                new Pointwise(Kernel.of(Exprs.add(a, Exprs.mul(scalar(0, t), Exprs.sub(b, a)))), weight), self(), end)[
                0];
    }

    /** {@return {@code this + weight * (end - this)}, a weight per element} */
    default Tensor lerp(Tensor end, Tensor weight) {
        DType t = DType.promote(Promotion.of(self(), end), weight.dtype());
        Expr a = cast(t, input(0, self().dtype()));
        Expr b = cast(t, input(1, end.dtype()));
        Expr w = cast(t, input(2, weight.dtype()));
        return Ops.applyAll(new Pointwise(Kernel.of(Exprs.add(a, Exprs.mul(w, Exprs.sub(b, a))))), self(), end, weight)[
                0];
    }

    /** {@return {@code this + a * b}} */
    default Tensor addcmul(Tensor a, Tensor b) {
        return addcmul(a, b, 1);
    }

    /** {@return {@code this + value * a * b}} */
    default Tensor addcmul(Tensor a, Tensor b, Number value) {
        DType t = DType.promote(Promotion.of(self(), a), b.dtype());
        Expr x = cast(t, input(0, self().dtype()));
        Expr p = Exprs.mul(cast(t, input(1, a.dtype())), cast(t, input(2, b.dtype())));
        return Ops.applyAll(new Pointwise(Kernel.of(Exprs.add(x, Exprs.mul(scalar(0, t), p))), value), self(), a, b)[0];
    }

    /** {@return {@code this + a / b}} */
    default Tensor addcdiv(Tensor a, Tensor b) {
        return addcdiv(a, b, 1);
    }

    /** {@return {@code this + value * a / b}} */
    default Tensor addcdiv(Tensor a, Tensor b, Number value) {
        DType t = DType.promote(Promotion.of(self(), a), b.dtype()).toFloating();
        Expr x = cast(t, input(0, self().dtype()));
        Expr q = Exprs.div(cast(t, input(1, a.dtype())), cast(t, input(2, b.dtype())));
        return Ops.applyAll(new Pointwise(Kernel.of(Exprs.add(x, Exprs.mul(scalar(0, t), q))), value), self(), a, b)[0];
    }

    /** {@return this with NaN replaced by 0, infinities by the largest and smallest finite numbers of the type} */
    default Tensor nanToNum() {
        return nanToNum(0, null, null);
    }

    /** {@return this with NaN and infinities replaced; null for the largest and smallest finite numbers of the type} */
    default Tensor nanToNum(Number nan, @Nullable Number posinf, @Nullable Number neginf) {
        Tensor x = self();
        DType t = x.dtype();
        if (!t.isFloating()) {
            return x.clone();
        }
        double max = Promotion.maxFinite(t);
        Expr in = input(0, t);
        Expr infinite = Exprs.constant(t, Double.POSITIVE_INFINITY);
        Expr minus = Exprs.constant(t, Double.NEGATIVE_INFINITY);
        Expr e =
                select(
                        Exprs.unary(UnaryOp.IS_NAN, in),
                        scalar(0, t),
                        select(
                                Exprs.binary(BinaryOp.EQ, in, infinite),
                                scalar(1, t),
                                select(Exprs.binary(BinaryOp.EQ, in, minus), scalar(2, t), in)));
        Number high = posinf == null ? (Number) max : posinf;
        Number low = neginf == null ? (Number) (-max) : neginf;
        return Ops.applyAll(new Pointwise(Kernel.of(e), nan, high, low), x)[0];
    }
}
