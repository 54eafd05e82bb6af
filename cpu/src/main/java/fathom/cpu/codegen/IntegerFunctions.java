package fathom.cpu.codegen;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.UnaryOp;

/** Functions of integers and booleans. Integers wrap around at the width of their type. */
final class IntegerFunctions {
    private final Graph g;
    private final Rounding rounding;

    IntegerFunctions(Graph g, Rounding rounding) {
        this.g = g;
        this.rounding = rounding;
    }

    Node unary(UnaryOp op, DType type, Node x) {
        var zero = g.integer(x.lane, 0);
        var value =
                switch (op) {
                    case NEG -> g.neg(x);
                    case ABS -> type == DType.UINT8 ? x : g.abs(x);
                    case SIGN -> sign(x, zero);
                    case FLOOR, CEIL, ROUND, TRUNC -> x;
                    case NOT -> g.not(x);
                    case IS_NAN -> g.integer(Lane.BOOL, 0);
                    default -> throw unsupported(op, type);
                };
        return value.lane == Lane.BOOL ? value : rounding.wrap(type, value);
    }

    private Node sign(Node x, Node zero) {
        var positive = g.select(g.compare(Op.GT, x, zero), g.integer(x.lane, 1), zero);
        return g.select(g.compare(Op.LT, x, zero), g.integer(x.lane, -1), positive);
    }

    Node binary(BinaryOp op, DType type, Node a, Node b) {
        var value =
                switch (op) {
                    case ADD -> g.add(a, b);
                    case SUB -> g.sub(a, b);
                    case MUL -> g.mul(a, b);
                    case DIV -> g.div(a, b);
                    case FLOOR_DIV -> floorDiv(a, b);
                    case REMAINDER -> remainder(a, b);
                    case FMOD -> g.rem(a, b);
                    case POW -> pow(a, b);
                    case MAX -> g.select(g.compare(Op.GE, a, b), a, b);
                    case MIN -> g.select(g.compare(Op.LE, a, b), a, b);
                    case AND -> g.and(a, b);
                    case OR -> g.or(a, b);
                    case XOR -> g.xor(a, b);
                    case SHIFT_LEFT -> shift(type, a, b, true);
                    case SHIFT_RIGHT -> shift(type, a, b, false);
                    default -> throw unsupported(op, type);
                };
        return rounding.wrap(type, value);
    }

    private Node floorDiv(Node a, Node b) {
        var quotient = g.div(a, b);
        return g.select(roundedUp(g.sub(a, g.mul(quotient, b)), b), g.sub(quotient, g.integer(a.lane, 1)), quotient);
    }

    private Node remainder(Node a, Node b) {
        var r = g.rem(a, b);
        return g.select(roundedUp(r, b), g.add(r, b), r);
    }

    /** Whether the remainder is not zero and its sign differs from the divisor's. */
    private Node roundedUp(Node remainder, Node divisor) {
        var zero = g.integer(remainder.lane, 0);
        return g.and(g.compare(Op.NE, remainder, zero), g.compare(Op.LT, g.xor(remainder, divisor), zero));
    }

    private Node pow(Node a, Node b) {
        if (b.isConst() && b.bits >= 1 && b.bits <= 4) {
            var square = g.mul(a, a);
            return switch ((int) b.bits) {
                case 1 -> a;
                case 2 -> square;
                case 3 -> g.mul(square, a);
                default -> g.mul(square, square);
            };
        }
        return g.callLong("powLong", a, b);
    }

    /** Counts outside of the type's width shift out all bits. */
    private Node shift(DType type, Node a, Node count, boolean left) {
        int width = type.size() * 8;
        var bits = g.integer(a.lane, width);
        var inside = g.and(g.compare(Op.GE, count, g.integer(a.lane, 0)), g.compare(Op.LT, count, bits));
        if (left) {
            return g.select(inside, g.shl(a, count), g.integer(a.lane, 0));
        }
        var all = type == DType.UINT8 ? g.integer(a.lane, 0) : g.shr(a, g.integer(a.lane, width - 1));
        return g.select(inside, g.shr(a, count), all);
    }

    Node logical(UnaryOp op, Node x) {
        return switch (op) {
            case NOT, NEG -> g.not(x);
            case ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC -> x;
            case IS_NAN -> g.integer(Lane.BOOL, 0);
            default -> throw unsupported(op, DType.BOOL);
        };
    }

    Node logical(BinaryOp op, Node a, Node b) {
        return switch (op) {
            case ADD, OR, MAX -> g.or(a, b);
            case MUL, AND, MIN -> g.and(a, b);
            case XOR, SUB -> g.xor(a, b);
            default -> throw unsupported(op, DType.BOOL);
        };
    }

    static IllegalArgumentException unsupported(Enum<?> op, DType type) {
        return new IllegalArgumentException(op + ": not defined for " + type + "; convert with to(...) first");
    }
}
