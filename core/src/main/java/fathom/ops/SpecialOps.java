package fathom.ops;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import java.util.function.BinaryOperator;

/**
 * Special functions, element-wise, and variants of common ones: log-sum-exp, NaN-ignoring extrema, Bessel functions,
 * sign tests. Shapes broadcast and types promote as for {@link PointwiseOps}.
 *
 * @see <a href="https://pytorch.org/docs/stable/special.html">PyTorch: torch.special</a>
 */
public sealed interface SpecialOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor map(Expr body, Number... scalars) {
        return Ops.applyAll(new Pointwise(Kernel.of(body), scalars), self())[0];
    }

    /** Applies the kernel of this and another tensor, computed in type {@code t}. */
    private Tensor combine(DType t, Tensor other, BinaryOperator<Expr> formula) {
        Expr a = cast(t, input(0, self().dtype()));
        Expr b = cast(t, input(1, other.dtype()));
        return Ops.applyAll(new Pointwise(Kernel.of(formula.apply(a, b))), self(), other)[0];
    }

    private DType floating(String name, Tensor other) {
        DType t = Promotion.of(self(), other);
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected at least one floating tensor, not %s and %s; convert with to(FLOAT32)"
                            .formatted(name, self().dtype(), other.dtype()));
        }
        return t;
    }

    private static Expr test(BinaryOp op, Expr a, Expr b) {
        return Exprs.binary(op, a, b);
    }

    private static Expr test(BinaryOp op, Expr a, double b) {
        return Exprs.binary(op, a, constant(a.type(), b));
    }

    /** {@return log(exp(this) + exp(other)), computed without overflow; floating types only} */
    default Tensor logaddexp(Tensor other) {
        return combine(
                floating("logaddexp", other),
                other,
                (a, b) -> logOfSum(a, b, d -> unary(UnaryOp.LOG1P, unary(UnaryOp.EXP, d))));
    }

    /** {@return the logarithm to base 2 of 2^this + 2^other, computed without overflow; floating types only} */
    default Tensor logaddexp2(Tensor other) {
        return combine(
                floating("logaddexp2", other),
                other,
                (a, b) ->
                        logOfSum(
                                a,
                                b,
                                d ->
                                        mul(
                                                unary(UnaryOp.LOG1P, unary(UnaryOp.EXP, mul(d, Math.log(2)))),
                                                1 / Math.log(2))));
    }

    /**
     * The maximum plus {@code rest} of the difference, which is never positive; for equal infinities 0. Uses a {@code
     * select} rather than MAX, so that all derivatives are correct even where both are equal.
     */
    private static Expr logOfSum(Expr a, Expr b, java.util.function.UnaryOperator<Expr> rest) {
        Expr first = test(BinaryOp.GE, a, b);
        Expr infinite =
                test(
                        BinaryOp.AND,
                        test(BinaryOp.EQ, a, b),
                        test(BinaryOp.EQ, unary(UnaryOp.ABS, a), Double.POSITIVE_INFINITY));
        Expr greater = select(infinite, mul(add(a, b), 0.5), select(first, a, b));
        Expr difference = select(infinite, constant(a.type(), 0), select(first, sub(b, a), sub(a, b)));
        return add(greater, rest.apply(difference));
    }

    /** {@return this times log(other); 0 where this is 0, unless other is NaN} */
    default Tensor xlogy(Tensor other) {
        return combine(Promotion.of(self(), other).toFloating(), other, (x, y) -> timesLog(x, y, UnaryOp.LOG, 0));
    }

    /** {@return this times the logarithm of a number; 0 where this is 0, unless the number is NaN} */
    default Tensor xlogy(Number other) {
        return xlogy(self().newFull(other, DType.promote(self().dtype(), other)));
    }

    /** {@return this times log(1 + other); 0 where this is 0, unless other is NaN} */
    default Tensor xlog1py(Tensor other) {
        return combine(Promotion.of(self(), other).toFloating(), other, (x, y) -> timesLog(x, y, UnaryOp.LOG1P, -1));
    }

    /** {@return this times the logarithm of 1 plus a number; 0 where this is 0, unless the number is NaN} */
    default Tensor xlog1py(Number other) {
        return xlog1py(self().newFull(other, DType.promote(self().dtype(), other)));
    }

    /** x log(y), where 0 times an infinite or undefined logarithm is 0: for y up to {@code pole}, and infinite y. */
    private static Expr timesLog(Expr x, Expr y, UnaryOp log, double pole) {
        Expr unusual = test(BinaryOp.OR, test(BinaryOp.LE, y, pole), test(BinaryOp.EQ, y, Double.POSITIVE_INFINITY));
        return select(
                test(BinaryOp.AND, test(BinaryOp.EQ, x, 0), unusual), constant(x.type(), 0), mul(x, unary(log, y)));
    }

    /**
     * {@return 0 where this is negative or NaN, 1 where it is positive, and {@code values} where it is 0}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Tensor heaviside(Tensor values) {
        DType t = self().dtype();
        if (values.dtype() != t) {
            throw new IllegalArgumentException(
                    "heaviside: types differ: %s and %s; convert one with to(...)".formatted(t, values.dtype()));
        }
        return combine(
                t,
                values,
                (x, v) ->
                        select(
                                test(BinaryOp.EQ, x, 0),
                                v,
                                select(test(BinaryOp.GT, x, 0), constant(t, 1), constant(t, 0))));
    }

    /** {@return sin(pi x) / (pi x), and 1 at 0} */
    default Tensor sinc() {
        DType t = self().dtype().toFloating();
        Expr x = mul(cast(t, input(0, self().dtype())), Math.PI);
        // near 0 the Taylor series: the quotient's derivatives suffer from cancellation there
        Expr squared = mul(x, x);
        Expr series = constant(t, 0);
        for (int k = 8; k >= 0; k--) {
            double coefficient = 1;
            for (int i = 2; i <= 2 * k + 1; i++) {
                coefficient /= i;
            }
            series = add(mul(series, squared), k % 2 == 0 ? coefficient : -coefficient);
        }
        Expr near = test(BinaryOp.LT, unary(UnaryOp.ABS, x), 0.5);
        return map(select(near, series, div(unary(UnaryOp.SIN, x), x)));
    }

    /** {@return the maximum of each pair; where one is NaN, the other} */
    default Tensor fmax(Tensor other) {
        return extremum(BinaryOp.GE, other);
    }

    /** {@return the minimum of each pair; where one is NaN, the other} */
    default Tensor fmin(Tensor other) {
        return extremum(BinaryOp.LE, other);
    }

    private Tensor extremum(BinaryOp wins, Tensor other) {
        DType t = Promotion.of(self(), other);
        return combine(
                t,
                other,
                (a, b) -> {
                    Expr first = test(wins, a, b);
                    return select(t.isFloating() ? test(BinaryOp.OR, first, unary(UnaryOp.IS_NAN, b)) : first, a, b);
                });
    }

    /** {@return this to the power of {@code exponent}, computed and returned in float64} */
    default Tensor floatPower(Tensor exponent) {
        return self().to(DType.FLOAT64).pow(exponent.to(DType.FLOAT64));
    }

    /** {@return this to the power of a number, computed and returned in float64} */
    default Tensor floatPower(Number exponent) {
        return self().to(DType.FLOAT64).pow(exponent.doubleValue());
    }

    /** {@return whether the sign bit is set: for negative numbers, and for negative zero} */
    default Tensor signbit() {
        DType t = self().dtype();
        Expr x = input(0, t);
        if (t == DType.BOOL) {
            return Tensors.zerosLike(self());
        }
        return map(test(BinaryOp.LT, t.isFloating() ? Exprs.binary(BinaryOp.COPYSIGN, constant(t, 1), x) : x, 0));
    }

    /** {@return whether elements are positive infinity} */
    default Tensor isposinf() {
        return equals(Double.POSITIVE_INFINITY);
    }

    /** {@return whether elements are negative infinity} */
    default Tensor isneginf() {
        return equals(Double.NEGATIVE_INFINITY);
    }

    private Tensor equals(double infinity) {
        DType t = self().dtype();
        return t.isFloating() ? map(test(BinaryOp.EQ, input(0, t), infinity)) : Tensors.zerosLike(self(), DType.BOOL);
    }

    private Tensor real(UnaryOp op) {
        return map(unary(op, cast(self().dtype().toFloating(), input(0, self().dtype()))));
    }

    /** {@return the modified Bessel function of the first kind, of order 0} */
    default Tensor i0() {
        return real(UnaryOp.I0);
    }

    /** {@return the modified Bessel function of the first kind, of order 1} */
    default Tensor i1() {
        return real(UnaryOp.I1);
    }

    /** {@return the scaled complementary error function, exp(x^2) erfc(x)} */
    default Tensor erfcx() {
        return real(UnaryOp.ERFCX);
    }

    /**
     * {@return the log-odds log(x / (1 - x)) of this clamped to [eps, 1 - eps]; clamped elements have gradient 0}
     *
     * @see PointwiseOps#logit()
     */
    default Tensor logit(double eps) {
        DType t = self().dtype().toFloating();
        Expr x = cast(t, input(0, self().dtype()));
        Expr one = constant(t, 1);
        Expr low = scalar(0, t);
        Expr high = sub(one, low);
        Expr z = select(test(BinaryOp.LT, x, low), low, select(test(BinaryOp.GT, x, high), high, x));
        return map(unary(UnaryOp.LOG, div(z, sub(one, z))), eps);
    }

    /** {@return this clamped to at least {@code min}, element by element; NaN where either is} */
    default Tensor clampMin(Tensor min) {
        return bounded(BinaryOp.GE, min);
    }

    /** {@return this clamped to at most {@code max}, element by element; NaN where either is} */
    default Tensor clampMax(Tensor max) {
        return bounded(BinaryOp.LE, max);
    }

    /** At the bound the gradient goes to the value, not the bound; where one is NaN neither gets any, as in PyTorch. */
    private Tensor bounded(BinaryOp within, Tensor bound) {
        DType t = Promotion.of(self(), bound);
        BinaryOp beyond = within == BinaryOp.GE ? BinaryOp.LT : BinaryOp.GT;
        return combine(
                t,
                bound,
                (x, b) ->
                        t.isFloating()
                                ? select(test(beyond, x, b), b, select(test(within, x, b), x, constant(t, Double.NaN)))
                                : select(test(beyond, x, b), b, x));
    }
}
