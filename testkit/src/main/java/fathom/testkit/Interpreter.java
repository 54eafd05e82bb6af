package fathom.testkit;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Operand;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Evaluates a kernel's expressions for one element at a time. Float32 and narrower values are rounded to float32 after
 * each function, integers wrap around at the width of their type.
 */
final class Interpreter {
    private final List<Expr> nodes = new ArrayList<>();
    private final IdentityHashMap<Expr, Integer> numbers = new IdentityHashMap<>();
    private final int[] roots;
    private final int[][] arguments;
    private final Number[] scalars;
    // The value of each node: in one of the two, by its type.
    private final double[] reals;
    private final long[] wholes;

    Interpreter(Kernel kernel, Number[] scalars) {
        this.scalars = scalars;
        roots = kernel.outputs().stream().mapToInt(this::number).toArray();
        arguments = new int[nodes.size()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments(nodes.get(i)).stream().mapToInt(numbers::get).toArray();
        }
        reals = new double[nodes.size()];
        wholes = new long[nodes.size()];
    }

    private static List<Expr> arguments(Expr e) {
        return switch (e) {
            case Expr.Input in -> List.of();
            case Expr.Scalar s -> List.of();
            case Expr.Const c -> List.of();
            case Expr.Unary u -> List.of(u.x());
            case Expr.Binary b -> List.of(b.a(), b.b());
            case Expr.Select s -> List.of(s.condition(), s.a(), s.b());
            case Expr.Cast c -> List.of(c.x());
        };
    }

    private int number(Expr e) {
        Integer known = numbers.get(e);
        if (known != null) {
            return known;
        }
        arguments(e).forEach(this::number);
        int n = nodes.size();
        nodes.add(e);
        numbers.put(e, n);
        return n;
    }

    /** Evaluates all expressions with input {@code i} being element {@code offsets[i]} of {@code inputs[i]}. */
    void evaluate(Operand[] inputs, long[] offsets) {
        for (int n = 0; n < arguments.length; n++) {
            int[] args = arguments[n];
            switch (nodes.get(n)) {
                case Expr.Input(int i, DType type) -> {
                    if (type.isFloating()) {
                        reals[n] = Cells.getDouble(inputs[i], offsets[i]);
                    } else {
                        wholes[n] = Cells.getLong(inputs[i], offsets[i]);
                    }
                }
                case Expr.Scalar(int slot, DType type) -> scalar(n, scalars[slot], type);
                case Expr.Const c -> {
                    if (c.type().isFloating()) {
                        reals[n] = round(c.type(), c.asDouble());
                    } else {
                        wholes[n] = Cells.wrap(c.type(), c.bits());
                    }
                }
                case Expr.Unary u -> unary(n, u.op(), u.x().type(), args[0]);
                case Expr.Binary b -> binary(n, b.op(), b.a().type(), args[0], args[1]);
                case Expr.Select s -> {
                    int chosen = wholes[args[0]] != 0 ? args[1] : args[2];
                    reals[n] = reals[chosen];
                    wholes[n] = wholes[chosen];
                }
                case Expr.Cast c -> cast(n, c.type(), c.x().type(), args[0]);
            }
        }
    }

    /** {@return the last value of expression {@code output}, which is floating} */
    double real(int output) {
        return reals[roots[output]];
    }

    /** {@return the last value of expression {@code output}, which is integer or bool} */
    long whole(int output) {
        return wholes[roots[output]];
    }

    /** Writes the last value of expression {@code output}. */
    void store(int output, Operand to, long offset) {
        if (to.dtype().isFloating()) {
            Cells.set(to, offset, real(output));
        } else {
            Cells.set(to, offset, whole(output));
        }
    }

    /** {@return a value rounded to the precision in which its type computes: float32 for narrow types} */
    private static double round(DType type, double value) {
        return type == DType.FLOAT64 ? value : (float) value;
    }

    private void scalar(int n, Number value, DType type) {
        if (type.isFloating()) {
            reals[n] = type == DType.FLOAT64 ? value.doubleValue() : value.floatValue();
        } else if (value instanceof Double || value instanceof Float) {
            wholes[n] =
                    type == DType.BOOL
                            ? (value.doubleValue() != 0 ? 1 : 0)
                            : Cells.wrap(type, (long) value.doubleValue());
        } else {
            wholes[n] = Cells.wrap(type, value.longValue());
        }
    }

    private void cast(int n, DType to, DType from, int x) {
        if (from.isFloating()) {
            double v = reals[x];
            switch (to) {
                case FLOAT64 -> reals[n] = v;
                case FLOAT32 -> reals[n] = (float) v;
                case BFLOAT16 -> reals[n] = NarrowRounding.roundBfloat16((float) v);
                case FLOAT16 -> reals[n] = NarrowRounding.roundFloat16((float) v);
                case BOOL -> wholes[n] = v != 0 ? 1 : 0;
                default -> wholes[n] = Cells.wrap(to, (long) v);
            }
        } else {
            long v = wholes[x];
            switch (to) {
                case FLOAT64 -> reals[n] = v;
                case FLOAT32 -> reals[n] = (float) v;
                case BFLOAT16 -> reals[n] = NarrowRounding.roundBfloat16(v);
                case FLOAT16 -> reals[n] = NarrowRounding.roundFloat16(v);
                default -> wholes[n] = Cells.wrap(to, v);
            }
        }
    }

    private void unary(int n, UnaryOp op, DType type, int x) {
        if (type.isFloating()) {
            double v = reals[x];
            if (op == UnaryOp.IS_NAN) {
                wholes[n] = Double.isNaN(v) ? 1 : 0;
            } else {
                reals[n] = round(type, real(op, v));
            }
        } else {
            wholes[n] = whole(op, type, wholes[x]);
        }
    }

    private static double real(UnaryOp op, double x) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> Math.exp(x);
            case EXPM1 -> Math.expm1(x);
            case LOG -> Math.log(x);
            case LOG2 -> ScalarMath.log2(x);
            case LOG10 -> Math.log10(x);
            case LOG1P -> Math.log1p(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case ATAN -> Math.atan(x);
            case SINH -> Math.sinh(x);
            case COSH -> Math.cosh(x);
            case TANH -> Math.tanh(x);
            case ASINH -> ScalarMath.asinh(x);
            case ACOSH -> ScalarMath.acosh(x);
            case ATANH -> ScalarMath.atanh(x);
            case SIGMOID -> ScalarMath.sigmoid(x);
            case SOFTPLUS -> ScalarMath.softplus(x);
            case ERF -> ScalarMath.erf(x);
            case ERFC -> ScalarMath.erfc(x);
            case ERFINV -> ScalarMath.erfinv(x);
            case LGAMMA -> ScalarMath.lgamma(x);
            case DIGAMMA -> ScalarMath.digamma(x);
            case TRIGAMMA -> ScalarMath.trigamma(x);
            case I0 -> ScalarMath.besselI(0, x);
            case I1 -> ScalarMath.besselI(1, x);
            case ERFCX -> ScalarMath.erfcx(x);
            case NOT, IS_NAN -> throw new IllegalArgumentException(op + " of a floating value");
        };
    }

    private static long whole(UnaryOp op, DType type, long x) {
        return switch (op) {
            case NEG -> Cells.wrap(type, -x);
            case ABS -> Cells.wrap(type, Math.abs(x));
            case SIGN -> Long.signum(x);
            case FLOOR, CEIL, ROUND, TRUNC -> x;
            case NOT -> type == DType.BOOL ? 1 - x : Cells.wrap(type, ~x);
            case IS_NAN -> 0;
            default -> throw new IllegalArgumentException(op + " of " + type);
        };
    }

    private void binary(int n, BinaryOp op, DType type, int a, int b) {
        if (type.isFloating()) {
            double x = reals[a];
            double y = reals[b];
            if (op.yieldsBool()) {
                wholes[n] = compare(op, x < y, x == y, x > y) ? 1 : 0;
            } else {
                reals[n] = round(type, real(op, x, y));
            }
        } else {
            long x = wholes[a];
            long y = wholes[b];
            wholes[n] =
                    op.yieldsBool()
                            ? (compare(op, x < y, x == y, x > y) ? 1 : 0)
                            : Cells.wrap(type, whole(op, type, x, y));
        }
    }

    private static boolean compare(BinaryOp op, boolean less, boolean equal, boolean greater) {
        return switch (op) {
            case EQ -> equal;
            case NE -> !equal;
            case LT -> less;
            case LE -> less || equal;
            case GT -> greater;
            case GE -> greater || equal;
            default -> throw new IllegalArgumentException(op + " is not a comparison");
        };
    }

    private static double real(BinaryOp op, double a, double b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FLOOR_DIV -> ScalarMath.floorDiv(a, b);
            case REMAINDER -> ScalarMath.remainder(a, b);
            case FMOD -> a % b;
            case POW -> ScalarMath.pow(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case ATAN2 -> Math.atan2(a, b);
            case HYPOT -> Math.hypot(a, b);
            case COPYSIGN -> Math.copySign(a, b);
            default -> throw new IllegalArgumentException(op + " of floating values");
        };
    }

    private static long whole(BinaryOp op, DType type, long a, long b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / nonZero(op, b);
            case FLOOR_DIV -> Math.floorDiv(a, nonZero(op, b));
            case REMAINDER -> Math.floorMod(a, nonZero(op, b));
            case FMOD -> a % nonZero(op, b);
            case POW -> ScalarMath.pow(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case SHIFT_LEFT -> b < 0 || b >= 8L * type.size() ? 0 : a << b;
            case SHIFT_RIGHT -> b < 0 || b >= 8L * type.size() ? (a < 0 ? -1 : 0) : a >> b;
            default -> throw new IllegalArgumentException(op + " of " + type);
        };
    }

    private static long nonZero(BinaryOp op, long divisor) {
        if (divisor == 0) {
            throw new ArithmeticException(op + ": integer division by zero");
        }
        return divisor;
    }
}
