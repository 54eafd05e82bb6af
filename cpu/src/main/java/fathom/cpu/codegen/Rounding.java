package fathom.cpu.codegen;

import fathom.DType;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Conversion of bfloat16 and float16 by integer arithmetic on float32 bits. Rounds to nearest, ties to even.
 *
 * <p>Values of int16, int8 and uint8 are kept in 32 bits and wrapped after each operation that may leave their range.
 */
final class Rounding {
    private final Graph g;

    /** The bits from which a float32 was widened: storing it unchanged needs no rounding. */
    private final Map<Node, Node> origins = new IdentityHashMap<>();

    Rounding(Graph g) {
        this.g = g;
    }

    /** {@return the bits of a 16-bit floating type, widened to float32} */
    Node widen(DType type, Node bits) {
        var wide = type == DType.BFLOAT16 ? g.bitcast(Lane.F32, g.shl(bits, 16)) : widenHalf(bits);
        origins.put(wide, bits);
        return wide;
    }

    /** {@return a float32 rounded to a 16-bit floating type: its bits, in the low half} */
    Node narrow(DType type, Node x) {
        var origin = origins.get(x);
        if (origin != null) {
            return origin; // it is of this type: a cast from the other 16-bit type goes through float32 first
        }
        return type == DType.BFLOAT16 ? narrowBfloat16(x) : narrowHalf(x);
    }

    /** {@return x rounded to a 16-bit floating type, as float32} */
    Node round(DType type, Node x) {
        return widen(type, type == DType.BFLOAT16 ? narrowBfloat16(x) : narrowHalf(x));
    }

    private Node narrowBfloat16(Node x) {
        var bits = g.bitcast(Lane.I32, x);
        var odd = g.and(g.ushr(bits, 16), i(1));
        var rounded = g.ushr(g.add(g.add(bits, i(0x7fff)), odd), 16);
        return g.select(g.compare(Op.NE, x, x), i(0x7fc0), rounded);
    }

    /**
     * Shifts exponent and fraction into position; a multiplication by 2^112 corrects the exponent, also of subnormals.
     */
    private Node widenHalf(Node bits) {
        var magnitude = g.and(bits, i(0x7fff));
        var scaled = g.mul(g.bitcast(Lane.F32, g.shl(magnitude, 13)), g.constant(Lane.F32, 0x1p112));
        var finite = g.bitcast(Lane.I32, scaled);
        var special = g.or(g.shl(magnitude, 13), i(0x7f800000));
        var value = g.select(g.compare(Op.GE, magnitude, i(0x7c00)), special, finite);
        return g.bitcast(Lane.F32, g.or(value, g.shl(g.and(bits, i(0x8000)), 16)));
    }

    /** Subnormal results are rounded by adding 1/2, whose float32 ulp is the spacing of float16's subnormals. */
    private Node narrowHalf(Node x) {
        var bits = g.bitcast(Lane.I32, x);
        var magnitude = g.and(bits, i(0x7fffffff));
        var shifted = g.add(g.bitcast(Lane.F32, magnitude), g.constant(Lane.F32, 0.5));
        var subnormal = g.sub(g.bitcast(Lane.I32, shifted), i(0x3f000000));
        var odd = g.and(g.ushr(magnitude, 13), i(1));
        var normal = g.ushr(g.add(g.add(magnitude, i(0xc8000fff)), odd), 13);
        var finite = g.select(g.compare(Op.LT, magnitude, i(0x38800000)), subnormal, normal);
        var special = g.select(g.compare(Op.GT, magnitude, i(0x7f800000)), i(0x7e00), i(0x7c00));
        var value = g.select(g.compare(Op.GE, magnitude, i(0x477ff000)), special, finite);
        return g.or(value, g.and(g.ushr(bits, 16), i(0x8000)));
    }

    /** {@return an integer wrapped to the range of its type} */
    Node wrap(DType type, Node x) {
        return switch (type) {
            case INT16 -> g.shr(g.shl(x, 16), 16);
            case INT8 -> g.shr(g.shl(x, 24), 24);
            case UINT8 -> g.and(x, i(0xff));
            default -> x;
        };
    }

    private Node i(int value) {
        return g.integer(Lane.I32, value);
    }
}
