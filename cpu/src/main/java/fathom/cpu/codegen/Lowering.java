package fathom.cpu.codegen;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Rewrites a kernel's expressions as a graph of machine operations. */
final class Lowering {
    /** An output's value in the lane in which it is stored (raw bits in I32 for 16-bit floating types). */
    record Root(Node value, DType memory) {}

    private final Graph g = new Graph();
    private final Rounding rounding = new Rounding(g);
    private final IntegerFunctions integers = new IntegerFunctions(g, rounding);
    private final FloatFunctions floats = new FloatFunctions(g);
    private final WideFunctions wide = new WideFunctions(g);
    private final FloatArithmetic arithmetic = new FloatArithmetic(g, floats);
    private final Map<Expr, Node> done = new IdentityHashMap<>();

    Graph graph() {
        return g;
    }

    List<Root> roots(Kernel kernel) {
        var roots = new ArrayList<Root>();
        for (var e : kernel.outputs()) {
            roots.add(store(lower(e), e.type()));
        }
        return roots;
    }

    /** {@return the value of a one-output kernel, in the lane in which it is computed} */
    Root accumulated(Kernel kernel) {
        var value = lower(kernel.body());
        return new Root(value, Accumulator.memory(value.lane));
    }

    /** {@return a value, converted for storing} */
    Root store(Node value, DType type) {
        return switch (type) {
            case BFLOAT16, FLOAT16 -> new Root(rounding.narrow(type, value), type);
            default -> new Root(value, type);
        };
    }

    Node lower(Expr e) {
        var known = done.get(e);
        if (known == null) {
            known = translate(e);
            done.put(e, known);
        }
        return known;
    }

    private Node translate(Expr e) {
        return switch (e) {
            case Expr.Input in -> load(in.index(), in.type());
            case Expr.Scalar s -> scalar(s.slot(), s.type());
            case Expr.Const c -> constant(c);
            case Expr.Unary u -> unary(u.op(), u.x().type(), lower(u.x()));
            case Expr.Binary b -> binary(b.op(), b.a().type(), lower(b.a()), lower(b.b()));
            case Expr.Select s -> g.select(lower(s.condition()), lower(s.a()), lower(s.b()));
            case Expr.Cast c -> cast(c.type(), c.x().type(), lower(c.x()));
        };
    }

    private Node load(int index, DType type) {
        var raw = g.load(index, type);
        return isNarrowFloat(type) ? rounding.widen(type, raw) : raw;
    }

    private Node scalar(int slot, DType type) {
        return rounding.wrap(type, g.scalar(slot, Lane.of(type)));
    }

    private Node constant(Expr.Const c) {
        var lane = Lane.of(c.type());
        return lane.isFloating() ? g.constant(lane, c.asDouble()) : rounding.wrap(c.type(), g.integer(lane, c.bits()));
    }

    private static boolean isNarrowFloat(DType type) {
        return type == DType.BFLOAT16 || type == DType.FLOAT16;
    }

    private Node cast(DType to, DType from, Node x) {
        if (to == from) {
            return x;
        }
        var lane = Lane.of(to);
        if (lane == Lane.BOOL) {
            return g.compare(Op.NE, x, g.constant(x.lane, 0));
        }
        if (x.lane == Lane.BOOL) {
            return g.select(x, g.constant(lane, 1), g.constant(lane, 0));
        }
        if (lane.isFloating()) {
            var value = g.convert(lane, x);
            return isNarrowFloat(to) ? rounding.round(to, value) : value;
        }
        var integer = x.lane.isFloating() ? g.convert(Lane.I64, x) : x;
        var value = g.convert(lane, integer);
        boolean holds =
                from.isIntegral()
                        && (from.size() < to.size() && to != DType.UINT8)
                        && !(from == DType.INT8 && to == DType.UINT8);
        return holds ? value : rounding.wrap(to, value);
    }

    private Node unary(UnaryOp op, DType type, Node x) {
        return switch (x.lane) {
            case BOOL -> integers.logical(op, x);
            case I32, I64 -> integers.unary(op, type, x);
            case F32 -> floating(op, x);
            case F64 -> floating64(op, x);
        };
    }

    private Node binary(BinaryOp op, DType type, Node a, Node b) {
        if (op.yieldsBool()) {
            return g.compare(Op.valueOf(op.name()), a, b);
        }
        return switch (a.lane) {
            case BOOL -> integers.logical(op, a, b);
            case I32, I64 -> integers.binary(op, type, a, b);
            case F32, F64 -> floating(op, type, a, b);
        };
    }

    private Node floating(UnaryOp op, Node x) {
        return switch (op) {
            case EXP -> floats.exp(x);
            case EXPM1 -> floats.expm1(x);
            case LOG -> floats.log(x);
            case LOG2 -> floats.log2(x);
            case LOG10 -> floats.log10(x);
            case LOG1P -> floats.log1p(x);
            case TANH -> floats.tanh(x);
            case SIGMOID -> floats.sigmoid(x);
            case SOFTPLUS -> floats.softplus(x);
            case ERF -> floats.erf(x);
            case SIN -> wide.sin(x);
            case COS -> wide.cos(x);
            case TAN -> wide.tan(x);
            case SINH -> wide.sinh(x);
            case COSH -> wide.cosh(x);
            default -> arithmetic.unary(op, x);
        };
    }

    private Node floating64(UnaryOp op, Node x) {
        return switch (op) {
            case EXP, EXPM1, LOG, LOG2, LOG10, LOG1P, TANH, SIGMOID, SOFTPLUS, ERF, SIN, COS, TAN, SINH, COSH ->
                    g.call(op.name().toLowerCase(java.util.Locale.ROOT), x);
            default -> arithmetic.unary(op, x);
        };
    }

    private Node floating(BinaryOp op, DType type, Node a, Node b) {
        if (op == BinaryOp.POW) {
            var known = b.isConst() ? arithmetic.power(a, b.asDouble()) : null;
            return known != null ? known : a.lane == Lane.F32 ? wide.pow(a, b) : g.call("pow", a, b);
        }
        return arithmetic.binary(op, type, a, b);
    }
}
