package fathom.cpu.codegen;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.UnaryOp;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Functions with the same lowering for float32 and float64: arithmetic, rounding, signs, remainders. */
final class FloatArithmetic {
    private final Graph g;
    private final FloatFunctions floats;

    FloatArithmetic(Graph g, FloatFunctions floats) {
        this.g = g;
        this.floats = floats;
    }

    Node unary(UnaryOp op, Node x) {
        return switch (op) {
            case NEG -> g.neg(x);
            case ABS -> g.abs(x);
            case SIGN -> sign(x);
            case ROUND -> round(x);
            case FLOOR -> floor(x);
            case CEIL -> g.neg(floor(g.neg(x)));
            case TRUNC -> trunc(x);
            case SQRT -> g.sqrt(x);
            case RSQRT -> g.div(c(x, 1), g.sqrt(x));
            case RECIPROCAL -> g.div(c(x, 1), x);
            case IS_NAN -> g.compare(Op.NE, x, x);
            case ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH, ERFC, ERFINV, ERFCX, LGAMMA, DIGAMMA, TRIGAMMA, I0, I1 ->
                    g.call(op.name().toLowerCase(Locale.ROOT), x);
            default -> throw IntegerFunctions.unsupported(op, x.lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64);
        };
    }

    Node binary(BinaryOp op, DType type, Node a, Node b) {
        return switch (op) {
            case ADD -> g.add(a, b);
            case SUB -> g.sub(a, b);
            case MUL -> g.mul(a, b);
            case DIV -> g.div(a, b);
            case FLOOR_DIV -> floorDiv(a, b);
            case REMAINDER -> remainder(a, b);
            case FMOD -> fmod(a, b);
            case MAX -> extremum(Op.GE, a, b);
            case MIN -> extremum(Op.LE, a, b);
            case ATAN2 -> g.call("atan2", a, b);
            case HYPOT -> g.call("hypot", a, b);
            case COPYSIGN -> copySign(a, b);
            default -> throw IntegerFunctions.unsupported(op, type);
        };
    }

    private Node c(Node like, double value) {
        return g.constant(like.lane, value);
    }

    private Node sign(Node x) {
        var positive =
                g.select(g.compare(Op.GT, x, c(x, 0)), c(x, 1), g.select(g.compare(Op.EQ, x, c(x, 0)), c(x, 0), x));
        return g.select(g.compare(Op.LT, x, c(x, 0)), c(x, -1), positive);
    }

    /**
     * Selects the operand that passes the test, and NaN over numbers. A constant that is not NaN needs only one test.
     */
    private Node extremum(Op test, Node a, Node b) {
        if (b.isConst() && !Double.isNaN(b.asDouble())) {
            return g.select(g.compare(test == Op.GE ? Op.LT : Op.GT, a, b), b, a);
        }
        return g.select(g.or(g.compare(test, a, b), g.compare(Op.NE, a, a)), a, b);
    }

    private double firstWithoutFraction(Node x) {
        return x.lane == Lane.F32 ? 0x1p23 : 0x1p52;
    }

    /**
     * Rounds by adding and subtracting a number whose ulp is 1; larger values are integers already, and NaN is kept.
     */
    Node round(Node x) {
        double big = firstWithoutFraction(x);
        var a = g.abs(x);
        var rounded = g.sub(g.add(a, c(x, big)), c(x, big));
        return g.select(g.compare(Op.LT, a, c(x, big)), copySign(rounded, x), x);
    }

    Node floor(Node x) {
        var r = round(x);
        return g.select(g.compare(Op.GT, r, x), g.sub(r, c(x, 1)), r);
    }

    Node trunc(Node x) {
        return copySign(floor(g.abs(x)), x);
    }

    Node copySign(Node magnitude, Node sign) {
        if (magnitude.lane == Lane.F32) {
            return floats.copySign(magnitude, sign);
        }
        var bits = g.and(g.bitcast(Lane.I64, magnitude), g.integer(Lane.I64, Long.MAX_VALUE));
        var minus = g.and(g.bitcast(Lane.I64, sign), g.integer(Lane.I64, Long.MIN_VALUE));
        return g.bitcast(Lane.F64, g.or(bits, minus));
    }

    /**
     * a - trunc(a / b) b is exact with one fused multiply-add while the quotient is small. If rounding pushed the
     * quotient to the next integer, the divisor is added back.
     */
    private Node fmod(Node a, Node b) {
        var quotient = g.div(a, b);
        var r = g.fma(g.neg(trunc(quotient)), b, a);
        var overshot = g.compare(Op.LT, g.mul(copySign(c(a, 1), r), copySign(c(a, 1), a)), c(a, 0));
        var corrected = g.select(g.and(overshot, g.compare(Op.NE, r, c(a, 0))), g.add(r, copySign(b, a)), r);
        var usual =
                g.and(
                        g.compare(Op.LT, g.abs(quotient), c(a, firstWithoutFraction(a) / 2)),
                        g.compare(Op.LT, g.abs(b), c(a, Double.POSITIVE_INFINITY)));
        return g.guard(g.not(usual), g.rem(a, b), copySign(corrected, a));
    }

    private Node signsDiffer(Node a, Node b) {
        return g.xor(g.compare(Op.LT, a, c(a, 0)), g.compare(Op.LT, b, c(b, 0)));
    }

    private Node remainder(Node a, Node b) {
        var r = fmod(a, b);
        var mismatched = g.and(g.compare(Op.NE, r, c(a, 0)), signsDiffer(r, b));
        return g.select(mismatched, g.add(r, b), r);
    }

    /** Python's floor division: (a - r) / b, adjusted to agree with the remainder. */
    private Node floorDiv(Node a, Node b) {
        var r = fmod(a, b);
        var quotient = g.div(g.sub(a, r), b);
        var mismatched = g.and(g.compare(Op.NE, r, c(a, 0)), signsDiffer(r, b));
        quotient = g.select(mismatched, g.sub(quotient, c(a, 1)), quotient);
        var down = floor(quotient);
        var nearest = g.select(g.compare(Op.GT, g.sub(quotient, down), c(a, 0.5)), g.add(down, c(a, 1)), down);
        var ratio = g.div(a, b);
        var value = g.select(g.compare(Op.NE, quotient, c(a, 0)), nearest, copySign(c(a, 0), ratio));
        return g.select(g.compare(Op.EQ, b, c(a, 0)), ratio, value);
    }

    /** {@return x to a constant power by multiplication, division or square root, or null if there is no such form} */
    @Nullable Node power(Node x, double exponent) {
        if (exponent == 0) {
            return c(x, 1);
        }
        if (exponent == 1) {
            return x;
        }
        if (exponent == 2) {
            return g.mul(x, x);
        }
        if (exponent == 3) {
            return g.mul(g.mul(x, x), x);
        }
        if (exponent == 0.5) {
            return g.sqrt(x);
        }
        if (exponent == -0.5) {
            return g.div(c(x, 1), g.sqrt(x));
        }
        if (exponent == -1) {
            return g.div(c(x, 1), x);
        }
        return exponent == -2 ? g.div(c(x, 1), g.mul(x, x)) : null;
    }
}
