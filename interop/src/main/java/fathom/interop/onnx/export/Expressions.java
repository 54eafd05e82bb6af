package fathom.interop.onnx.export;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.UnaryOp;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the expression of an element-wise kernel as nodes.
 *
 * @param graph where to
 * @param inputs the names of the kernel's inputs
 * @param scalars the numbers of its scalar slots, by trace
 */
record Expressions(GraphWriter graph, List<String> inputs, List<Number[]> scalars) {

    /** {@return the name of the expression's value} */
    String write(Expr e) {
        return switch (e) {
            case Expr.Input in -> inputs.get(in.index());
            case Expr.Const c ->
                    graph.scalar(c.type(), c.type().isFloating() ? (Number) c.asDouble() : (Number) c.bits());
            case Expr.Scalar s -> scalar(s);
            case Expr.Unary u -> unary(u);
            case Expr.Binary b -> binary(b);
            case Expr.Select s -> select(s);
            case Expr.Cast c -> graph.cast(write(c.x()), c.x().type(), c.type());
        };
    }

    private String select(Expr.Select s) {
        Expr gated = Clamps.hardSigmoid(s);
        if (gated != null) {
            return graph.node("HardSigmoid", List.of(write(gated)), "alpha", 1.0 / 6, "beta", 0.5);
        }
        Clamps.Clamp clamp = Clamps.of(s);
        if (clamp == null) {
            return node("Where", write(s.condition()), write(s.a()), write(s.b()));
        }
        String x = write(clamp.x());
        if (clamp.low() != null && clamp.high() == null && isZero(clamp.low())) {
            return node("Relu", x);
        }
        String low = clamp.low() == null ? "" : write(clamp.low());
        return clamp.high() == null ? node("Clip", x, low) : node("Clip", x, low, write(clamp.high()));
    }

    private String node(String operator, String... in) {
        return graph.node(operator, List.of(in));
    }

    private String number(DType type, double value) {
        return graph.scalar(type, value);
    }

    private String scalar(Expr.Scalar s) {
        Number first = scalars.getFirst()[s.slot()];
        if (scalars.stream().allMatch(n -> n[s.slot()].equals(first))) {
            return graph.scalar(s.type(), first);
        }
        double[] all = scalars.stream().mapToDouble(n -> n[s.slot()].doubleValue()).toArray();
        Dim whole = integers(all);
        if (whole != null) {
            return graph.cast(size(whole), DType.INT64, s.type());
        }
        Dim inverse = integers(Arrays.stream(all).map(v -> 1 / v).toArray());
        if (inverse != null) {
            return node("Reciprocal", graph.cast(size(inverse), DType.INT64, s.type()));
        }
        throw new UnsupportedOperationException(
                "Onnx.export: a number depends on a dynamic axis (%s) in a way that cannot be exported; export with fixed axes"
                        .formatted(Arrays.toString(all)));
    }

    private String size(Dim d) {
        return node("Squeeze", graph.integer(d, "a number"));
    }

    private static @Nullable Dim integers(double[] values) {
        var whole = new long[values.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = Math.round(values[i]);
            if (Math.abs(values[i] - whole[i]) > 1e-9 * Math.abs(values[i])) {
                return null;
            }
        }
        return new Dim(whole);
    }

    private static UnsupportedOperationException none(Enum<?> op, DType type) {
        return new UnsupportedOperationException(
                "Onnx.export: ONNX has no operator for the element-wise function %s of %s"
                        .formatted(op.name().toLowerCase(Locale.ROOT), type));
    }

    private String unary(Expr.Unary u) {
        DType t = u.x().type();
        String x = write(u.x());
        return switch (u.op()) {
            case NEG -> node("Neg", x);
            case ABS -> node("Abs", x);
            case SIGN -> node("Sign", x);
            case FLOOR -> node("Floor", x);
            case CEIL -> node("Ceil", x);
            case ROUND -> node("Round", x);
            case TRUNC -> node("Mul", node("Sign", x), node("Floor", node("Abs", x)));
            case SQRT -> node("Sqrt", x);
            case RSQRT -> node("Reciprocal", node("Sqrt", x));
            case RECIPROCAL -> node("Reciprocal", x);
            case EXP -> node("Exp", x);
            case EXPM1 -> node("Sub", node("Exp", x), number(t, 1));
            case LOG -> node("Log", x);
            case LOG2 -> node("Div", node("Log", x), number(t, Math.log(2)));
            case LOG10 -> node("Div", node("Log", x), number(t, Math.log(10)));
            case LOG1P -> node("Log", node("Add", x, number(t, 1)));
            case SIN -> node("Sin", x);
            case COS -> node("Cos", x);
            case TAN -> node("Tan", x);
            case ASIN -> node("Asin", x);
            case ACOS -> node("Acos", x);
            case ATAN -> node("Atan", x);
            case SINH -> node("Sinh", x);
            case COSH -> node("Cosh", x);
            case TANH -> node("Tanh", x);
            case ASINH -> node("Asinh", x);
            case ACOSH -> node("Acosh", x);
            case ATANH -> node("Atanh", x);
            case SIGMOID -> node("Sigmoid", x);
            case SOFTPLUS -> node("Softplus", x);
            case ERF -> node("Erf", x);
            case ERFC -> node("Sub", number(t, 1), node("Erf", x));
            case NOT -> {
                if (t == DType.BOOL) {
                    yield node("Not", x);
                }
                require18(u.op(), t);
                yield node("BitwiseNot", x);
            }
            case IS_NAN -> t.isFloating() ? node("IsNaN", x) : node("Not", node("Equal", x, x));
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, I0, I1, ERFCX -> throw none(u.op(), t);
        };
    }

    private void require18(Enum<?> op, DType type) {
        if (graph.opset < 18) {
            throw new UnsupportedOperationException(
                    "Onnx.export: ONNX has the operator %s of %s from opset 18 on; export with opset(18)"
                            .formatted(op.name().toLowerCase(Locale.ROOT), type));
        }
    }

    private static boolean isZero(Expr e) {
        return e instanceof Expr.Const c && c.asDouble() == 0;
    }

    private String binary(Expr.Binary b) {
        DType t = b.a().type();
        if (b.op() == BinaryOp.MAX && t.isFloating()) {
            if (isZero(b.b())) {
                return node("Relu", write(b.a()));
            }
            if (isZero(b.a())) {
                return node("Relu", write(b.b()));
            }
        }
        if (b.op() == BinaryOp.ADD && b.b() instanceof Expr.Unary n && n.op() == UnaryOp.NEG) {
            return node("Sub", write(b.a()), write(n.x()));
        }
        if (b.op() == BinaryOp.MUL && b.a().equals(Clamps.hardSigmoid(b.b()))) {
            return node("HardSwish", write(b.a()));
        }
        String x = write(b.a());
        String y = write(b.b());
        return switch (b.op()) {
            case ADD -> t == DType.BOOL ? node("Or", x, y) : node("Add", x, y);
            case SUB -> node("Sub", x, y);
            case MUL -> t == DType.BOOL ? node("And", x, y) : node("Mul", x, y);
            case DIV -> node("Div", x, y);
            case FLOOR_DIV ->
                    t.isFloating()
                            ? node("Floor", node("Div", x, y))
                            : node("Div", node("Sub", x, node("Mod", x, y)), y);
            case REMAINDER ->
                    t.isFloating()
                            ? node("Sub", x, node("Mul", y, node("Floor", node("Div", x, y))))
                            : node("Mod", x, y);
            case FMOD -> graph.node("Mod", List.of(x, y), "fmod", 1);
            case POW -> node("Pow", x, y);
            case MAX -> t == DType.BOOL ? node("Or", x, y) : node("Max", x, y);
            case MIN -> t == DType.BOOL ? node("And", x, y) : node("Min", x, y);
            case HYPOT -> node("Sqrt", node("Add", node("Mul", x, x), node("Mul", y, y)));
            case AND -> bitwise(b.op(), t, "And", x, y);
            case OR -> bitwise(b.op(), t, "Or", x, y);
            case XOR -> bitwise(b.op(), t, "Xor", x, y);
            case EQ -> node("Equal", x, y);
            case NE -> node("Not", node("Equal", x, y));
            case LT -> compare("Less", t, x, y);
            case LE -> compare("LessOrEqual", t, x, y);
            case GT -> compare("Greater", t, x, y);
            case GE -> compare("GreaterOrEqual", t, x, y);
            case ATAN2, COPYSIGN, SHIFT_LEFT, SHIFT_RIGHT -> throw none(b.op(), t);
        };
    }

    private String bitwise(BinaryOp op, DType t, String name, String x, String y) {
        if (t == DType.BOOL) {
            return node(name, x, y);
        }
        require18(op, t);
        return node("Bitwise" + name, x, y);
    }

    private String compare(String operator, DType t, String x, String y) {
        return t == DType.BOOL
                ? node(operator, graph.cast(x, t, DType.INT32), graph.cast(y, t, DType.INT32))
                : node(operator, x, y);
    }
}
