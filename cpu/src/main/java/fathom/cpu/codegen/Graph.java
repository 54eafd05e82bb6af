package fathom.cpu.codegen;

import fathom.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds nodes with hash consing: equal values are the same object, so common subexpressions are shared. */
final class Graph {
    private record Key(Op op, Lane lane, long bits, int a, int b, int c) {}

    private final Map<Key, Node> nodes = new HashMap<>();
    private final List<String> functions = new ArrayList<>();

    private Node node(Op op, Lane lane, long bits, Node... args) {
        var key = new Key(op, lane, bits, id(args, 0), id(args, 1), id(args, 2));
        var known = nodes.get(key);
        if (known == null) {
            known = new Node(nodes.size(), op, lane, bits, args);
            nodes.put(key, known);
        }
        return known;
    }

    private static int id(Node[] args, int i) {
        return i < args.length ? args[i].id : -1;
    }

    Node load(int index, DType memory) {
        var lane =
                switch (memory) {
                    case BFLOAT16, FLOAT16 -> Lane.I32; // raw bits, which Rounding widens to float32
                    default -> Lane.of(memory);
                };
        return node(Op.LOAD, lane, (long) index << 8 | memory.ordinal());
    }

    Node scalar(int slot, Lane lane) {
        return node(Op.SCALAR, lane, slot);
    }

    Node constant(Lane lane, double value) {
        if (lane.isFloating()) {
            double rounded = lane == Lane.F32 ? (float) value : value;
            return node(Op.CONST, lane, Double.doubleToRawLongBits(rounded));
        }
        return integer(lane, (long) value);
    }

    Node integer(Lane lane, long value) {
        long wrapped =
                switch (lane) {
                    case I32 -> (int) value;
                    case BOOL -> value != 0 ? 1 : 0;
                    default -> value;
                };
        return node(Op.CONST, lane, wrapped);
    }

    Node add(Node a, Node b) {
        return node(Op.ADD, a.lane, 0, a, b);
    }

    Node sub(Node a, Node b) {
        return node(Op.SUB, a.lane, 0, a, b);
    }

    Node mul(Node a, Node b) {
        return node(Op.MUL, a.lane, 0, a, b);
    }

    /** Division. For integers it is scalar only, and the divisor must not be zero. */
    Node div(Node a, Node b) {
        return node(Op.DIV, a.lane, 0, a, b);
    }

    /** The remainder with the dividend's sign; scalar only. */
    Node rem(Node a, Node b) {
        return node(Op.REM, a.lane, 0, a, b);
    }

    Node neg(Node a) {
        return node(Op.NEG, a.lane, 0, a);
    }

    Node abs(Node a) {
        return node(Op.ABS, a.lane, 0, a.op == Op.NEG && a.lane.isFloating() ? a.args[0] : a);
    }

    Node sqrt(Node a) {
        return node(Op.SQRT, a.lane, 0, a);
    }

    /** {@code a * b + c}, rounded once; floating only. */
    Node fma(Node a, Node b, Node c) {
        return node(Op.FMA, a.lane, 0, a, b, c);
    }

    Node and(Node a, Node b) {
        return node(Op.AND, a.lane, 0, a, b);
    }

    Node or(Node a, Node b) {
        return node(Op.OR, a.lane, 0, a, b);
    }

    Node xor(Node a, Node b) {
        return node(Op.XOR, a.lane, 0, a, b);
    }

    Node not(Node a) {
        return node(Op.NOT, a.lane, 0, a);
    }

    /** Shifts left by {@code count} modulo the lane's width, as Java does. */
    Node shl(Node a, Node count) {
        return node(Op.SHL, a.lane, 0, a, count);
    }

    Node shr(Node a, Node count) {
        return node(Op.SHR, a.lane, 0, a, count);
    }

    Node ushr(Node a, Node count) {
        return node(Op.USHR, a.lane, 0, a, count);
    }

    Node shl(Node a, int count) {
        return shl(a, integer(a.lane, count));
    }

    Node shr(Node a, int count) {
        return shr(a, integer(a.lane, count));
    }

    Node ushr(Node a, int count) {
        return ushr(a, integer(a.lane, count));
    }

    /** A comparison, EQ to GE. Booleans compare as false &lt; true. */
    Node compare(Op op, Node a, Node b) {
        if (a.lane != Lane.BOOL) {
            return node(op, Lane.BOOL, 0, a, b);
        }
        return switch (op) {
            case EQ -> not(xor(a, b));
            case NE -> xor(a, b);
            case LT -> and(not(a), b);
            case LE -> or(not(a), b);
            case GT -> and(a, not(b));
            case GE -> or(a, not(b));
            default -> throw new IllegalArgumentException("not a comparison: " + op);
        };
    }

    Node select(Node condition, Node a, Node b) {
        if (condition.isConst()) {
            return condition.bits != 0 ? a : b;
        }
        return a == b ? a : node(Op.SELECT, a.lane, 0, condition, a, b);
    }

    /** See {@link Op#GUARD}. */
    Node guard(Node condition, Node rare, Node usual) {
        return node(Op.GUARD, usual.lane, 0, condition, rare, usual);
    }

    /** Java's cast between numeric lanes. */
    Node convert(Lane to, Node a) {
        return a.lane == to ? a : node(Op.CONVERT, to, 0, a);
    }

    Node bitcast(Lane to, Node a) {
        return node(Op.BITCAST, to, 0, a);
    }

    /** A function of longs by its name in {@link Special}. */
    Node callLong(String function, Node... args) {
        return call(Lane.I64, function, args);
    }

    /** A function of doubles by its name in {@link Special}; the arguments are widened and the result is narrowed. */
    Node call(String function, Node... args) {
        return call(Lane.F64, function, args);
    }

    private Node call(Lane wide, String function, Node... args) {
        int number = functions.indexOf(function);
        if (number < 0) {
            number = functions.size();
            functions.add(function);
        }
        var widened = new Node[args.length];
        for (int i = 0; i < args.length; i++) {
            widened[i] = convert(wide, args[i]);
        }
        return convert(args[0].lane, node(Op.CALL, wide, number, widened));
    }

    String function(Node call) {
        return functions.get((int) call.bits);
    }

    /** A polynomial by Horner's rule, highest coefficient first. */
    Node polynomial(Node x, double... coefficients) {
        var sum = constant(x.lane, coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            sum = fma(sum, x, constant(x.lane, coefficients[i]));
        }
        return sum;
    }
}
