package fathom.composition;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.UnaryOp;
import org.jspecify.annotations.Nullable;

/** Expressions shared by an operation and its in-place form. */
public final class Formulas {
    private Formulas() {}

    /** {@return -1, 0 or 1; 0 for NaN} */
    public static Expr sign(Expr x) {
        Expr sign = unary(UnaryOp.SIGN, x);
        return x.type().isFloating() ? select(unary(UnaryOp.IS_NAN, x), constant(x.type(), 0), sign) : sign;
    }

    /**
     * Input 0 clamped to the numbers in the scalar slots. Uses comparisons rather than MAX and MIN, so that the full
     * gradient passes at the bounds, as in PyTorch.
     */
    public static Expr clamp(DType type, DType computed, boolean atLeast, boolean atMost) {
        Expr x = cast(computed, input(0, type));
        Expr e = x;
        if (atLeast) {
            Expr low = scalar(0, computed);
            e = select(binary(BinaryOp.LT, x, low), low, e);
        }
        if (atMost) {
            Expr high = scalar(atLeast ? 1 : 0, computed);
            e = select(binary(BinaryOp.GT, e, high), high, e);
        }
        return e;
    }

    /** {@return the numbers for the slots of {@link #clamp(DType, DType, boolean, boolean)}} */
    public static Number[] bounds(@Nullable Number min, @Nullable Number max) {
        return min == null
                ? max == null ? new Number[0] : new Number[] {max}
                : max == null ? new Number[] {min} : new Number[] {min, max};
    }

    /** {@return log(p / (1 - p)); NaN outside of [0, 1], where its slope is NaN as well} */
    public static Expr logit(Expr p) {
        Expr odds = sub(unary(UnaryOp.LOG, p), unary(UnaryOp.LOG1P, neg(p)));
        Expr outside =
                binary(
                        BinaryOp.OR,
                        binary(BinaryOp.LT, p, constant(p.type(), 0)),
                        binary(BinaryOp.GT, p, constant(p.type(), 1)));
        return select(outside, mul(p, Double.NaN), odds);
    }

    /**
     * Input 0 plus ({@code ADD}) or minus ({@code SUB}) scalar 0 times input 1, in the promoted type; logical or for
     * bools.
     *
     * @throws IllegalArgumentException if the type requires an integer and {@code alpha}, the scalar, is not one
     */
    public static Expr scaledSum(BinaryOp op, Tensor a, Tensor b, Number alpha) {
        DType t = Promotion.of(a, b);
        String name = op == BinaryOp.ADD ? "add" : "sub";
        if (t == DType.BOOL && op == BinaryOp.SUB) {
            refuseBoolDifference();
        }
        if (!t.isFloating() && DType.ofCategory(alpha).isFloating()) {
            throw new IllegalArgumentException(
                    "%s: alpha is %s, but the result type %s requires an integer".formatted(name, alpha, t));
        }
        Expr x = cast(t, input(0, a.dtype()));
        Expr y = cast(t, input(1, b.dtype()));
        Expr factor = scalar(0, t);
        return t == DType.BOOL
                ? binary(BinaryOp.OR, x, binary(BinaryOp.AND, y, factor))
                : binary(op, x, mul(factor, y));
    }

    public static void refuseBoolDifference() {
        throw new IllegalArgumentException("sub: not defined for two bools; use logicalXor() or to(INT64)");
    }
}
