package fathom.capture;

import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/** Rewrites expressions, replacing inputs by values and renumbering scalars; shared subexpressions stay shared. */
final class Substitution {
    private final Function<Expr.Input, Expr> inputs;
    private final Function<Expr.Scalar, Expr> scalars;
    private final Map<Expr, Expr> done = new IdentityHashMap<>();

    Substitution(Function<Expr.Input, Expr> inputs, Function<Expr.Scalar, Expr> scalars) {
        this.inputs = inputs;
        this.scalars = scalars;
    }

    /** {@return the rewritten expression; its values are bitwise identical} */
    Expr of(Expr e) {
        Expr known = done.get(e);
        if (known == null) {
            known = rewritten(e);
            done.put(e, known);
        }
        return known;
    }

    private Expr rewritten(Expr e) {
        return switch (e) {
            case Expr.Input in -> inputs.apply(in);
            case Expr.Scalar s -> scalars.apply(s);
            case Expr.Const c -> c;
            case Expr.Unary u -> new Expr.Unary(u.op(), of(u.x()));
            case Expr.Binary b -> binary(b.op(), of(b.a()), of(b.b()));
            case Expr.Select s -> new Expr.Select(of(s.condition()), of(s.a()), of(s.b()));
            case Expr.Cast c -> new Expr.Cast(c.type(), of(c.x()));
        };
    }

    private static Expr binary(BinaryOp op, Expr a, Expr b) {
        if (op == BinaryOp.MUL && isOne(a)) {
            return b;
        }
        boolean same = (op == BinaryOp.MUL || op == BinaryOp.DIV) && isOne(b) && a.type().isFloating();
        return same ? a : new Expr.Binary(op, a, b);
    }

    private static boolean isOne(Expr e) {
        return e instanceof Expr.Const c && c.asDouble() == 1;
    }

    /** {@return the number of nodes of an expression, expanded to a tree} */
    static int size(Expr e) {
        return 1
                + switch (e) {
                    case Expr.Input in -> 0;
                    case Expr.Scalar s -> 0;
                    case Expr.Const c -> 0;
                    case Expr.Unary u -> size(u.x());
                    case Expr.Binary b -> size(b.a()) + size(b.b());
                    case Expr.Select s -> size(s.condition()) + size(s.a()) + size(s.b());
                    case Expr.Cast c -> size(c.x());
                };
    }
}
