package fathom.cuda.code;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.UnaryOp;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Prints expressions as statements of CUDA C, one variable for each distinct subexpression. Types and rounding are
 * those of {@link Expr}: integers wrap at the width of their type, narrow floating types are computed in {@code float}
 * and rounded by casts alone.
 */
public final class ExprPrinter {
    private final StringBuilder code;
    private final String indent;
    private final IntFunction<String> inputs;
    private final IntFunction<String> scalars;
    private final Map<Expr, String> known = new HashMap<>();
    private final String prefix;
    private String atZeroDivisor = "";

    /**
     * @param code where the statements are appended
     * @param indent the beginning of each line
     * @param prefix of the variables, unique in their scope
     * @param inputs the variable that holds input {@code i}, in registers
     * @param scalars the variable or field that holds scalar {@code i}: a {@code double}, or an {@code i64} for
     *     integers
     */
    public ExprPrinter(
            StringBuilder code, String indent, String prefix, IntFunction<String> inputs, IntFunction<String> scalars) {
        this.code = code;
        this.indent = indent;
        this.prefix = prefix;
        this.inputs = inputs;
        this.scalars = scalars;
    }

    /** Sets a statement that runs where an integer is divided by zero; without it the quotient is 0. */
    public ExprPrinter atZeroDivisor(String statement) {
        atZeroDivisor = statement;
        return this;
    }

    /** {@return the variable that holds the expression's value, after the statements appended} */
    public String print(Expr e) {
        String name = known.get(e);
        if (name != null) {
            return name;
        }
        String value = value(e);
        if (e instanceof Expr.Input || e instanceof Expr.Const) {
            known.put(e, value);
            return value;
        }
        name = prefix + known.size();
        known.put(e, name);
        code.append(indent)
                .append("const ")
                .append(ElementType.computed(e.type()))
                .append(' ')
                .append(name)
                .append(" = ")
                .append(value)
                .append(";\n");
        return name;
    }

    private String value(Expr e) {
        return switch (e) {
            case Expr.Input in -> inputs.apply(in.index());
            case Expr.Scalar s -> scalar(s);
            case Expr.Const c -> constant(c);
            case Expr.Unary u -> unary(u.op(), u.x().type(), print(u.x()));
            case Expr.Binary b -> {
                String left = print(b.a());
                String right = print(b.b());
                if (!atZeroDivisor.isEmpty() && IntegerDivision.mayFail(b)) {
                    code.append(indent)
                            .append("if (")
                            .append(right)
                            .append(" == 0) ")
                            .append(atZeroDivisor)
                            .append("\n");
                }
                yield binary(b.op(), b.a().type(), left, right);
            }
            case Expr.Select s -> print(s.condition()) + " ? " + print(s.a()) + " : " + print(s.b());
            case Expr.Cast c -> cast(c.type(), c.x().type(), print(c.x()));
        };
    }

    private String scalar(Expr.Scalar s) {
        String value = scalars.apply(s.slot());
        return switch (s.type()) {
            case FLOAT64, INT64 -> value;
            case BOOL -> value + " != 0";
            case FLOAT32, BFLOAT16, FLOAT16 -> "(float) " + value;
            default -> wrap(s.type(), value);
        };
    }

    private static String constant(Expr.Const c) {
        return switch (c.type()) {
            case FLOAT64 -> "as_double(0x" + Long.toHexString(c.bits()) + "ULL)";
            case FLOAT32, BFLOAT16, FLOAT16 ->
                    "as_float(0x" + Integer.toHexString(Float.floatToRawIntBits((float) c.asDouble())) + "u)";
            case BOOL -> c.bits() != 0 ? "true" : "false";
            default -> "(i64) 0x" + Long.toHexString(c.bits()) + "ULL";
        };
    }

    /** {@return an integer reduced to the width of its type} */
    private static String wrap(DType type, String value) {
        return switch (type) {
            case INT64, BOOL -> value;
            default -> "(i64) (" + ElementType.stored(type) + ") (" + value + ")";
        };
    }

    private static String cast(DType to, DType from, String x) {
        if (to == from) {
            return x;
        }
        boolean isBool = from == DType.BOOL;
        return switch (to) {
            case FLOAT64 -> "(double) " + x;
            case FLOAT32 -> "(float) " + x;
            case BFLOAT16, FLOAT16 -> {
                String round = to == DType.BFLOAT16 ? "round_bf16(" : "round_f16(";
                yield switch (from) {
                    case FLOAT64 -> round + "odd_float(" + x + "))";
                    case FLOAT32, BFLOAT16, FLOAT16 -> round + x + ")";
                    case BOOL -> "(float) " + x;
                    default -> round + "odd_float(odd_double(" + x + ")))";
                };
            }
            case BOOL -> x + " != 0";
            default -> from.isFloating() ? wrap(to, "saturating_i64(" + x + ")") : isBool ? "(i64) " + x : wrap(to, x);
        };
    }

    private static String unary(UnaryOp op, DType type, String x) {
        if (!type.isFloating()) {
            return switch (op) {
                case NEG -> wrap(type, "wrap_sub(0, " + x + ")");
                case ABS -> type == DType.BOOL ? x : wrap(type, "int_abs(" + x + ")");
                case SIGN -> type == DType.BOOL ? x : "int_sign(" + x + ")";
                case FLOOR, CEIL, ROUND, TRUNC -> x;
                case NOT -> type == DType.BOOL ? "!" + x : wrap(type, "~" + x);
                case IS_NAN -> "false";
                default -> throw new IllegalArgumentException(op + " of " + type);
            };
        }
        boolean isDouble = type == DType.FLOAT64;
        String f = isDouble ? "" : "f";
        return switch (op) {
            case NEG -> "-" + x;
            case ABS -> "fabs" + f + "(" + x + ")";
            case SIGN -> "f_sign(" + x + ")";
            case FLOOR, CEIL, TRUNC, SQRT, EXP, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN ->
                    lower(op) + f + "(" + x + ")";
            case SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF, ERFC, LGAMMA -> lower(op) + f + "(" + x + ")";
            case ROUND -> "rint" + f + "(" + x + ")";
            case RSQRT -> "f_rsqrt(" + x + ")";
            case RECIPROCAL -> (isDouble ? "1.0 / " : "1.0f / ") + x;
            case SIGMOID -> "f_sigmoid(" + x + ")";
            case SOFTPLUS -> "f_softplus(" + x + ")";
            case ERFINV, DIGAMMA, TRIGAMMA, ERFCX -> special("f_" + lower(op) + "(" + x + ")", isDouble);
            case I0 -> special("bessel_i(0, " + x + ")", isDouble);
            case I1 -> special("bessel_i(1, " + x + ")", isDouble);
            case IS_NAN -> x + " != " + x;
            case NOT -> throw new IllegalArgumentException(op + " of " + type);
        };
    }

    private static String special(String call, boolean isDouble) {
        return isDouble ? call : "(float) " + call;
    }

    private static String lower(Enum<?> op) {
        return op.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static String binary(BinaryOp op, DType type, String a, String b) {
        String infix =
                switch (op) {
                    case EQ -> "==";
                    case NE -> "!=";
                    case LT -> "<";
                    case LE -> "<=";
                    case GT -> ">";
                    case GE -> ">=";
                    default -> "";
                };
        if (!infix.isEmpty()) {
            return a + " " + infix + " " + b;
        }
        if (type == DType.BOOL) {
            return switch (op) {
                case ADD, OR, MAX -> a + " | " + b;
                case MUL, AND, MIN -> a + " & " + b;
                case XOR, SUB -> a + " ^ " + b;
                default -> throw new IllegalArgumentException(op + " of " + type);
            };
        }
        return type.isFloating() ? real(op, type == DType.FLOAT64 ? "" : "f", a, b) : wrap(type, whole(op, type, a, b));
    }

    private static String real(BinaryOp op, String f, String a, String b) {
        return switch (op) {
            case ADD -> a + " + " + b;
            case SUB -> a + " - " + b;
            case MUL -> a + " * " + b;
            case DIV -> a + " / " + b;
            case FLOOR_DIV -> "f_floor_div(" + a + ", " + b + ")";
            case REMAINDER -> "f_remainder(" + a + ", " + b + ")";
            case FMOD, POW, ATAN2, HYPOT, COPYSIGN -> lower(op) + f + "(" + a + ", " + b + ")";
            case MAX -> "f_max(" + a + ", " + b + ")";
            case MIN -> "f_min(" + a + ", " + b + ")";
            default -> throw new IllegalArgumentException(op + " of floating values");
        };
    }

    private static String whole(BinaryOp op, DType type, String a, String b) {
        return switch (op) {
            case ADD -> "wrap_add(" + a + ", " + b + ")";
            case SUB -> "wrap_sub(" + a + ", " + b + ")";
            case MUL -> "wrap_mul(" + a + ", " + b + ")";
            case DIV -> "int_div(" + a + ", " + b + ")";
            case FLOOR_DIV -> "int_floor_div(" + a + ", " + b + ")";
            case REMAINDER -> "int_remainder(" + a + ", " + b + ")";
            case FMOD -> "int_fmod(" + a + ", " + b + ")";
            case POW -> "int_pow(" + a + ", " + b + ")";
            case MAX -> a + " > " + b + " ? " + a + " : " + b;
            case MIN -> a + " < " + b + " ? " + a + " : " + b;
            case AND -> a + " & " + b;
            case OR -> a + " | " + b;
            case XOR -> a + " ^ " + b;
            case SHIFT_LEFT -> "int_shl(" + a + ", " + b + ", " + 8 * type.size() + ")";
            case SHIFT_RIGHT -> "int_shr(" + a + ", " + b + ", " + 8 * type.size() + ")";
            default -> throw new IllegalArgumentException(op + " of " + type);
        };
    }
}
