package fathom.cuda.code;

import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import java.util.concurrent.ConcurrentHashMap;

/** Which kernels divide integers, and may so meet a divisor of zero. */
public final class IntegerDivision {
    /** Kernels are interned and never dropped, so this grows no more than they do. */
    private static final ConcurrentHashMap<Kernel, Boolean> KNOWN = new ConcurrentHashMap<>();

    private IntegerDivision() {}

    /** {@return whether the kernel has a division of integers by anything but a constant} */
    public static boolean isIn(Kernel kernel) {
        Boolean known = KNOWN.get(kernel);
        if (known == null) {
            known = kernel.outputs().stream().anyMatch(IntegerDivision::isIn);
            KNOWN.put(kernel, known);
        }
        return known;
    }

    private static boolean isIn(Expr e) {
        return switch (e) {
            case Expr.Input _, Expr.Scalar _, Expr.Const _ -> false;
            case Expr.Unary u -> isIn(u.x());
            case Expr.Cast c -> isIn(c.x());
            case Expr.Select s -> isIn(s.condition()) || isIn(s.a()) || isIn(s.b());
            case Expr.Binary b -> mayFail(b) || isIn(b.a()) || isIn(b.b());
        };
    }

    /** {@return whether an expression is such a division} */
    static boolean mayFail(Expr.Binary b) {
        return divides(b.op()) && b.type().isIntegral() && !(b.b() instanceof Expr.Const c && c.bits() != 0);
    }

    private static boolean divides(BinaryOp op) {
        return switch (op) {
            case DIV, FLOOR_DIV, REMAINDER, FMOD -> true;
            default -> false;
        };
    }
}
