package fathom.interop.onnx.export;

import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import org.jspecify.annotations.Nullable;

/** Recognises comparisons that select between an element and a bound: ReLU, clamping and the piecewise sigmoid. */
final class Clamps {
    private static final double SIXTH = 1.0 / 6;

    private Clamps() {}

    /**
     * An expression between two bounds.
     *
     * @param x the expression
     * @param low the lower bound; null for none
     * @param high the upper bound; null for none
     */
    record Clamp(Expr x, @Nullable Expr low, @Nullable Expr high) {}

    /** {@return the clamp that an expression is; null if it is none} */
    static @Nullable Clamp of(Expr.Select s) {
        if (!(s.condition() instanceof Expr.Binary b)
                || !b.b().equals(s.a())
                || !b.a().equals(s.b())
                || !isNumber(s.a())
                || !s.type().isFloating()) {
            return null;
        }
        if (b.op() == BinaryOp.LE || b.op() == BinaryOp.LT) {
            return new Clamp(s.b(), s.a(), null);
        }
        if (b.op() != BinaryOp.GE && b.op() != BinaryOp.GT) {
            return null;
        }
        Clamp inner = s.b() instanceof Expr.Select i ? of(i) : null;
        return inner != null && inner.high == null
                ? new Clamp(inner.x, inner.low, s.a())
                : new Clamp(s.b(), null, s.a());
    }

    private static boolean isNumber(Expr e) {
        return e instanceof Expr.Const || e instanceof Expr.Scalar;
    }

    /** {@return the argument of the piecewise sigmoid, x / 6 + 1/2 clamped to [0, 1]; null if it is none} */
    static @Nullable Expr hardSigmoid(Expr e) {
        if (!(e instanceof Expr.Select s) || !(s.condition() instanceof Expr.Binary b) || !s.type().isFloating()) {
            return null;
        }
        Expr x = b.a();
        for (BinaryOp[] ops : new BinaryOp[][] {{BinaryOp.LE, BinaryOp.GE}, {BinaryOp.LT, BinaryOp.GT}}) {
            Expr three = Exprs.constant(x.type(), 3);
            Expr gate =
                    Exprs.select(
                            Exprs.binary(ops[0], x, Exprs.neg(three)),
                            Exprs.constant(x.type(), 0),
                            Exprs.select(
                                    Exprs.binary(ops[1], x, three),
                                    Exprs.constant(x.type(), 1),
                                    Exprs.add(Exprs.mul(x, SIXTH), 0.5)));
            if (gate.equals(e)) {
                return x;
            }
        }
        return null;
    }
}
