package fathom.ir;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of expressions, as expressions. The gradients of all pointwise operations are defined here: the result is
 * again an expression, so higher-order gradients follow, and the derivative of a whole chain is one kernel.
 */
public final class Derivative {
    private Derivative() {}

    /**
     * The vector-Jacobian product of one element: the derivative of {@code e} with respect to input {@code index},
     * times {@code grad}.
     *
     * <p>It is linear in {@code grad}, so the product of a select is a select of its branches' products: an infinite or
     * undefined slope of the branch not taken is never multiplied by a gradient of 0, which would yield NaN.
     *
     * @param e the expression
     * @param index the input
     * @param grad the gradient of the expression's value, of its type
     * @return an expression of the input's type; null if {@code e} does not depend on the input, or is constant almost
     *     everywhere (rounding, signs, conditions)
     */
    public static @Nullable Expr vjp(Expr e, int index, Expr grad) {
        return switch (e) {
            case Expr.Input in -> in.index() == index ? grad : null;
            case Expr.Scalar s -> null;
            case Expr.Const c -> null;
            case Expr.Cast c ->
                    c.type().isFloating() && c.x().type().isFloating()
                            ? vjp(c.x(), index, Exprs.cast(c.x().type(), grad))
                            : null;
            case Expr.Select s -> choice(s.condition(), vjp(s.a(), index, grad), vjp(s.b(), index, grad));
            case Expr.Unary u -> u.type().isFloating() && depends(u.x(), index) ? unaryVjp(u, index, grad) : null;
            case Expr.Binary b -> b.type().isFloating() ? binaryVjp(b, index, grad) : null;
        };
    }

    private static @Nullable Expr sum(@Nullable Expr a, @Nullable Expr b) {
        return a == null ? b : b == null ? a : add(a, b);
    }

    /** {@return {@code condition ? a : b}, where null means 0} */
    private static @Nullable Expr choice(Expr condition, @Nullable Expr a, @Nullable Expr b) {
        if (a == null && b == null) {
            return null;
        }
        return select(condition, a == null ? zero(b) : a, b == null ? zero(a) : b);
    }

    private static Expr zero(@Nullable Expr like) {
        return constant(Objects.requireNonNull(like).type(), 0);
    }

    /** {@return whether input {@code index} occurs in {@code e}} */
    public static boolean depends(Expr e, int index) {
        return switch (e) {
            case Expr.Input in -> in.index() == index;
            case Expr.Scalar s -> false;
            case Expr.Const c -> false;
            case Expr.Cast c -> depends(c.x(), index);
            case Expr.Unary u -> depends(u.x(), index);
            case Expr.Binary b -> depends(b.a(), index) || depends(b.b(), index);
            case Expr.Select s -> depends(s.condition(), index) || depends(s.a(), index) || depends(s.b(), index);
        };
    }

    private static @Nullable Expr unaryVjp(Expr.Unary y, int index, Expr grad) {
        Expr x = y.x();
        if (y.op() == UnaryOp.ABS) {
            // 0 at 0, whatever the slope of x, and at NaN
            Expr g = vjp(x, index, grad);
            Expr zero = constant(y.type(), 0);
            return g == null
                    ? null
                    : choice(binary(BinaryOp.GT, x, zero), g, select(binary(BinaryOp.LT, x, zero), neg(g), zero(g)));
        }
        Expr d = of(y);
        return d == null ? null : vjp(x, index, mul(grad, d));
    }

    /** The derivative of a unary function, in terms of its argument x and value y; null if it is zero. */
    private static @Nullable Expr of(Expr.Unary y) {
        Expr x = y.x();
        DType t = y.type();
        Expr one = constant(t, 1);
        return switch (y.op()) {
            case NEG -> constant(t, -1);
            case ABS -> throw new IllegalStateException("see unaryVjp");
            case SIGN, FLOOR, CEIL, ROUND, TRUNC, NOT, IS_NAN -> null;
            case SQRT -> div(constant(t, 0.5), y);
            case RSQRT -> mul(mul(y, mul(y, y)), -0.5);
            case RECIPROCAL -> neg(mul(y, y));
            case EXP -> y;
            // not y + 1, which cancels where x is far below 0
            case EXPM1 -> unary(UnaryOp.EXP, x);
            case LOG -> unary(UnaryOp.RECIPROCAL, x);
            case LOG2 -> unary(UnaryOp.RECIPROCAL, mul(x, Math.log(2)));
            case LOG10 -> unary(UnaryOp.RECIPROCAL, mul(x, Math.log(10)));
            case LOG1P -> unary(UnaryOp.RECIPROCAL, add(x, 1));
            case SIN -> unary(UnaryOp.COS, x);
            case COS -> neg(unary(UnaryOp.SIN, x));
            case TAN -> add(mul(y, y), 1);
            // (1 - x)(1 + x) rather than 1 - x^2, which cancels near 1
            case ASIN -> unary(UnaryOp.RSQRT, mul(sub(one, x), add(x, 1)));
            case ACOS -> neg(unary(UnaryOp.RSQRT, mul(sub(one, x), add(x, 1))));
            case ATAN -> unary(UnaryOp.RECIPROCAL, add(mul(x, x), 1));
            case SINH -> unary(UnaryOp.COSH, x);
            case COSH -> unary(UnaryOp.SINH, x);
            case TANH -> sub(one, mul(y, y));
            case ASINH -> unary(UnaryOp.RSQRT, add(mul(x, x), 1));
            case ACOSH -> unary(UnaryOp.RSQRT, mul(sub(x, one), add(x, 1)));
            case ATANH -> unary(UnaryOp.RECIPROCAL, mul(sub(one, x), add(x, 1)));
            // from y alone, as in PyTorch: the argument need not be saved, but the derivative is 0 where y rounds to 1
            case SIGMOID -> mul(y, sub(one, y));
            case SOFTPLUS -> unary(UnaryOp.SIGMOID, x);
            case ERF -> mul(unary(UnaryOp.EXP, neg(mul(x, x))), 2 / Math.sqrt(Math.PI));
            case ERFC -> mul(unary(UnaryOp.EXP, neg(mul(x, x))), -2 / Math.sqrt(Math.PI));
            case ERFINV -> mul(unary(UnaryOp.EXP, mul(y, y)), Math.sqrt(Math.PI) / 2);
            case LGAMMA -> unary(UnaryOp.DIGAMMA, x);
            case DIGAMMA -> unary(UnaryOp.TRIGAMMA, x);
            case I0 -> unary(UnaryOp.I1, x);
            case I1 ->
                    select(
                            binary(BinaryOp.EQ, x, constant(t, 0)),
                            constant(t, 0.5),
                            sub(unary(UnaryOp.I0, x), div(y, x)));
            case ERFCX -> add(mul(mul(x, y), 2), -2 / Math.sqrt(Math.PI));
            case TRIGAMMA ->
                    throw new UnsupportedOperationException(
                            "the third derivative of lgamma (polygamma of order 2) is not implemented; use detach()");
        };
    }

    private static @Nullable Expr binaryVjp(Expr.Binary y, int index, Expr g) {
        Expr a = y.a();
        Expr b = y.b();
        Expr zero = constant(y.type(), 0);
        return switch (y.op()) {
            case ADD -> sum(vjp(a, index, g), vjp(b, index, g));
            case SUB -> sum(vjp(a, index, g), vjp(b, index, neg(g)));
            case MUL -> sum(vjp(a, index, mul(g, b)), vjp(b, index, mul(g, a)));
            case DIV -> sum(vjp(a, index, div(g, b)), vjp(b, index, neg(mul(g, div(y, b)))));
            case REMAINDER -> sum(vjp(a, index, g), vjp(b, index, neg(mul(g, binary(BinaryOp.FLOOR_DIV, a, b)))));
            case FMOD -> sum(vjp(a, index, g), vjp(b, index, neg(mul(g, unary(UnaryOp.TRUNC, div(a, b))))));
            case POW -> {
                // x^0 is 1 everywhere, including 0: its derivative is 0, not 0 * 0^-1; and 0^b is constant in b > 0
                Expr below = mul(b, binary(BinaryOp.POW, a, add(b, -1)));
                Expr still = binary(BinaryOp.AND, binary(BinaryOp.EQ, a, zero), binary(BinaryOp.GE, b, zero));
                Expr byA = vjp(a, index, mul(g, below));
                Expr byB = vjp(b, index, mul(g, mul(y, unary(UnaryOp.LOG, a))));
                yield sum(choice(binary(BinaryOp.EQ, b, zero), null, byA), choice(still, null, byB));
            }
            case MAX -> sum(greater(BinaryOp.LT, a, b, index, g), greater(BinaryOp.LT, b, a, index, g));
            case MIN -> sum(greater(BinaryOp.GT, a, b, index, g), greater(BinaryOp.GT, b, a, index, g));
            case ATAN2 -> {
                Expr r = unary(UnaryOp.RECIPROCAL, add(mul(a, a), mul(b, b)));
                yield sum(vjp(a, index, mul(g, mul(b, r))), vjp(b, index, neg(mul(g, mul(a, r)))));
            }
            case HYPOT -> sum(vjp(a, index, mul(g, div(a, y))), vjp(b, index, mul(g, div(b, y))));
            case COPYSIGN -> choice(binary(BinaryOp.EQ, a, zero), null, vjp(a, index, mul(g, div(y, a))));
            default -> null;
        };
    }

    /**
     * The share of {@code a} in the vector-Jacobian product of a maximum or minimum: none if it loses against {@code
     * b}, half if both are equal, and all if either is NaN, as in PyTorch.
     */
    private static @Nullable Expr greater(BinaryOp loses, Expr a, Expr b, int index, Expr grad) {
        Expr g = vjp(a, index, grad);
        if (g == null) {
            return null;
        }
        Expr share = select(binary(BinaryOp.EQ, a, b), constant(g.type(), 0.5), constant(g.type(), 1));
        return choice(binary(loses, a, b), null, mul(g, share));
    }

    /** {@return {@code e} with every occurrence of {@code what} replaced} */
    public static Expr replace(Expr e, Expr what, Expr by) {
        if (e.equals(what)) {
            return by;
        }
        return switch (e) {
            case Expr.Input in -> in;
            case Expr.Scalar s -> s;
            case Expr.Const c -> c;
            case Expr.Cast c -> new Expr.Cast(c.type(), replace(c.x(), what, by));
            case Expr.Unary u -> new Expr.Unary(u.op(), replace(u.x(), what, by));
            case Expr.Binary b -> new Expr.Binary(b.op(), replace(b.a(), what, by), replace(b.b(), what, by));
            case Expr.Select s ->
                    new Expr.Select(
                            replace(s.condition(), what, by), replace(s.a(), what, by), replace(s.b(), what, by));
        };
    }

    /** {@return {@code e} with input {@code i} renumbered to {@code number[i]}} */
    public static Expr renumber(Expr e, int[] number) {
        return switch (e) {
            case Expr.Input in -> new Expr.Input(number[in.index()], in.type());
            case Expr.Scalar s -> s;
            case Expr.Const c -> c;
            case Expr.Cast c -> new Expr.Cast(c.type(), renumber(c.x(), number));
            case Expr.Unary u -> new Expr.Unary(u.op(), renumber(u.x(), number));
            case Expr.Binary b -> new Expr.Binary(b.op(), renumber(b.a(), number), renumber(b.b(), number));
            case Expr.Select s ->
                    new Expr.Select(renumber(s.condition(), number), renumber(s.a(), number), renumber(s.b(), number));
        };
    }
}
