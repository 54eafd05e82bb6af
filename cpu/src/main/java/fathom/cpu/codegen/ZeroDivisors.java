package fathom.cpu.codegen;

import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the integer divisions of a kernel, whose divisors are looked at before anything is written. */
public final class ZeroDivisors {
    private final List<Expr> tests = new ArrayList<>();
    private final Map<Expr, Boolean> seen = new IdentityHashMap<>();

    private ZeroDivisors() {}

    /** {@return a kernel that tells whether an integer divisor is zero, or null if none can be} */
    public static @Nullable Kernel test(Kernel kernel) {
        var finder = new ZeroDivisors();
        kernel.outputs().forEach(finder::visit);
        return finder.tests.stream()
                .distinct()
                .reduce((a, b) -> new Expr.Binary(BinaryOp.OR, a, b))
                .map(Kernel::of)
                .orElse(null);
    }

    private void visit(Expr e) {
        if (seen.put(e, true) != null) {
            return;
        }
        switch (e) {
            case Expr.Input in -> {}
            case Expr.Scalar s -> {}
            case Expr.Const c -> {}
            case Expr.Unary u -> visit(u.x());
            case Expr.Cast c -> visit(c.x());
            case Expr.Select s -> {
                visit(s.condition());
                visit(s.a());
                visit(s.b());
            }
            case Expr.Binary b -> {
                visit(b.a());
                visit(b.b());
                if (divides(b.op()) && b.type().isIntegral() && !isNonzero(b.b())) {
                    tests.add(new Expr.Binary(BinaryOp.EQ, b.b(), new Expr.Const(b.b().type(), 0)));
                }
            }
        }
    }

    private static boolean divides(BinaryOp op) {
        return switch (op) {
            case DIV, FLOOR_DIV, REMAINDER, FMOD -> true;
            default -> false;
        };
    }

    private static boolean isNonzero(Expr e) {
        return e instanceof Expr.Const c && c.bits() != 0;
    }
}
