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
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of expressions, as expressions. This is where every pointwise gradient is written, once: because the
 * result is again an expression, gradients of gradients follow, and a whole chain differentiates into one kernel.
 */
public final class Derivative {
    private Derivative() {}

    /**
     * The vector-Jacobian product of one element: the derivative of {@code e} by input {@code index}, times {@code
     * grad}.
     *
     * @param e the expression
     * @param index the input
     * @param grad the gradient by the expression's value, of its type
     * @return an expression of the input's type; null where {@code e} does not depend on the input, or not smoothly
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
            case Expr.Select s -> {
                Expr zero = constant(s.type(), 0);
                yield sum(
                        vjp(s.a(), index, select(s.condition(), grad, zero)),
                        vjp(s.b(), index, select(s.condition(), zero, grad)));
            }
            case Expr.Unary u -> {
                if (!u.type().isFloating() || !depends(u.x(), index)) {
                    yield null;
                }
                Expr d = of(u);
                yield d == null ? null : vjp(u.x(), index, mul(grad, d));
            }
            case Expr.Binary b -> b.type().isFloating() ? binaryVjp(b, index, grad) : null;
        };
    }

    private static @Nullable Expr sum(@Nullable Expr a, @Nullable Expr b) {
        return a == null ? b : b == null ? a : add(a, b);
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

    /**
     * The derivative of a function of one argument, in terms of the argument x and the value y; null where it is zero.
     */
    private static @Nullable Expr of(Expr.Unary y) {
        Expr x = y.x();
        DType t = y.type();
        return switch (y.op()) {
            case NEG -> constant(t, -1);
            case ABS -> unary(UnaryOp.SIGN, x);
            case SIGN, FLOOR, CEIL, ROUND, TRUNC, NOT, IS_NAN -> null;
            case SQRT -> div(constant(t, 0.5), y);
            case RSQRT -> mul(mul(y, mul(y, y)), -0.5);
            case RECIPROCAL -> neg(mul(y, y));
            case EXP -> y;
            case EXPM1 -> add(y, 1);
            case LOG -> unary(UnaryOp.RECIPROCAL, x);
            case LOG2 -> unary(UnaryOp.RECIPROCAL, mul(x, Math.log(2)));
            case LOG10 -> unary(UnaryOp.RECIPROCAL, mul(x, Math.log(10)));
            case LOG1P -> unary(UnaryOp.RECIPROCAL, add(x, 1));
            case SIN -> unary(UnaryOp.COS, x);
            case COS -> neg(unary(UnaryOp.SIN, x));
            case TAN -> add(mul(y, y), 1);
            case ASIN -> unary(UnaryOp.RSQRT, sub(constant(t, 1), mul(x, x)));
            case ACOS -> neg(unary(UnaryOp.RSQRT, sub(constant(t, 1), mul(x, x))));
            case ATAN -> unary(UnaryOp.RECIPROCAL, add(mul(x, x), 1));
            case SINH -> unary(UnaryOp.COSH, x);
            case COSH -> unary(UnaryOp.SINH, x);
            case TANH -> sub(constant(t, 1), mul(y, y));
            case ASINH -> unary(UnaryOp.RSQRT, add(mul(x, x), 1));
            case ACOSH -> unary(UnaryOp.RSQRT, sub(mul(x, x), constant(t, 1)));
            case ATANH -> unary(UnaryOp.RECIPROCAL, sub(constant(t, 1), mul(x, x)));
            case SIGMOID -> mul(y, sub(constant(t, 1), y));
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
                            "the third derivative of lgamma (polygamma of order 2) is not there; use detach()");
        };
    }

    private static @Nullable Expr binaryVjp(Expr.Binary y, int index, Expr g) {
        Expr a = y.a();
        Expr b = y.b();
        boolean byA = depends(a, index);
        boolean byB = depends(b, index);
        DType t = y.type();
        Expr zero = constant(t, 0);
        Expr ga = null;
        Expr gb = null;
        switch (y.op()) {
            case ADD -> {
                ga = g;
                gb = g;
            }
            case SUB -> {
                ga = g;
                gb = neg(g);
            }
            case MUL -> {
                ga = mul(g, b);
                gb = mul(g, a);
            }
            case DIV -> {
                ga = div(g, b);
                gb = neg(div(mul(g, y), b));
            }
            case REMAINDER -> {
                ga = g;
                gb = neg(mul(g, binary(BinaryOp.FLOOR_DIV, a, b)));
            }
            case FMOD -> {
                ga = g;
                gb = neg(mul(g, unary(UnaryOp.TRUNC, div(a, b))));
            }
            case POW -> {
                // x^0 is 1 everywhere, also at 0: its derivative is 0, not 0 * 0^-1; and 0^b does not move with b > 0
                Expr below = mul(b, binary(BinaryOp.POW, a, add(b, -1)));
                ga = mul(g, select(binary(BinaryOp.EQ, b, zero), zero, below));
                Expr still = binary(BinaryOp.AND, binary(BinaryOp.EQ, a, zero), binary(BinaryOp.GE, b, zero));
                gb = mul(g, select(still, zero, mul(y, unary(UnaryOp.LOG, a))));
            }
            case MAX, MIN -> {
                // where both are equal each takes half, as in PyTorch
                Expr half = mul(g, 0.5);
                BinaryOp wins = y.op() == BinaryOp.MAX ? BinaryOp.GT : BinaryOp.LT;
                Expr equal = binary(BinaryOp.EQ, a, b);
                ga = select(equal, half, select(binary(wins, a, b), g, zero));
                gb = select(equal, half, select(binary(wins, b, a), g, zero));
            }
            case ATAN2 -> {
                Expr r = unary(UnaryOp.RECIPROCAL, add(mul(a, a), mul(b, b)));
                ga = mul(g, mul(b, r));
                gb = neg(mul(g, mul(a, r)));
            }
            case HYPOT -> {
                ga = mul(g, div(a, y));
                gb = mul(g, div(b, y));
            }
            case COPYSIGN -> {
                Expr ratio = select(binary(BinaryOp.EQ, a, zero), zero, div(y, a));
                ga = mul(g, ratio);
                byB = false;
            }
            default -> {
                return null;
            }
        }
        return sum(byA && ga != null ? vjp(a, index, ga) : null, byB && gb != null ? vjp(b, index, gb) : null);
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
