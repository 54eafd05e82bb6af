package fathom.cpu.codegen;

/**
 * Functions of float32 whose intermediate results need more precision, lowered to vectorised float64 arithmetic with
 * half the lanes. The polynomials are Taylor polynomials, accurate to 1e-11 on the reduced ranges.
 */
final class WideFunctions {
    private static final double LN2 = 0.6931471805599453;
    private static final double HALF_PI_HIGH = 1.5707963267948966;
    private static final double HALF_PI_LOW = 6.123233995736766e-17;
    private static final double ROUNDER = 0x1.8p52;

    /** Angles above this use {@link Math}: the nearest multiple of pi/2 needs more bits. */
    private static final double LARGE_ANGLE = 0x1p40;

    private final Graph g;

    WideFunctions(Graph g) {
        this.g = g;
    }

    private Node d(double value) {
        return g.constant(Lane.F64, value);
    }

    private Node l(long value) {
        return g.integer(Lane.I64, value);
    }

    /** {@return 2^x for |x| below 1000; NaN for NaN} */
    private Node exp2(Node x) {
        var shifted = g.add(x, d(ROUNDER));
        var r = g.mul(g.sub(x, g.sub(shifted, d(ROUNDER))), d(LN2));
        var value =
                g.polynomial(
                        r, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5, 1, 1);
        var scale = g.bitcast(Lane.F64, g.shl(g.add(g.bitcast(Lane.I64, shifted), l(1023)), 52));
        return g.mul(value, scale);
    }

    /** {@return log2 of a positive, finite, normal number} */
    private Node log2(Node x) {
        var bits = g.bitcast(Lane.I64, x);
        var k = g.shr(g.sub(bits, l(0x3fe6a09e667f3bcdL)), 52);
        var m = g.bitcast(Lane.F64, g.sub(bits, g.shl(k, 52)));
        var f = g.sub(m, d(1));
        var s = g.div(f, g.add(f, d(2)));
        var z = g.mul(s, s);
        var p = g.polynomial(z, 2 / 15.0, 2 / 13.0, 2 / 11.0, 2 / 9.0, 2 / 7.0, 2 / 5.0, 2 / 3.0, 2);
        return g.fma(g.mul(s, p), d(1 / LN2), g.convert(Lane.F64, k));
    }

    /** C's pow. */
    Node pow(Node x32, Node y32) {
        var x = g.convert(Lane.F64, x32);
        var y = g.convert(Lane.F64, y32);
        var a = g.abs(x);
        // treats zero and infinity as bases with an extreme, but finite, logarithm
        var log =
                g.select(
                        g.compare(Op.EQ, a, d(0)),
                        d(-1e300),
                        g.select(g.compare(Op.EQ, a, d(Double.POSITIVE_INFINITY)), d(1e300), log2(a)));
        var product = g.mul(y, log);
        var low = g.select(g.compare(Op.LT, product, d(-200)), d(-200), product);
        var value = exp2(g.select(g.compare(Op.GT, low, d(200)), d(200), low));

        // y is an odd integer if y is an integer and y/2 is not; from 2^53 on all are even
        var odd = g.and(isIntegral(y), g.not(isIntegral(g.mul(y, d(0.5)))));
        var minus = g.compare(Op.LT, g.bitcast(Lane.I64, x), l(0));
        value = g.select(g.and(minus, odd), g.neg(value), value);
        var undefined = g.and(g.and(minus, g.not(isIntegral(y))), g.compare(Op.LT, x, d(0)));
        value = g.select(g.and(undefined, g.compare(Op.LT, a, d(Double.POSITIVE_INFINITY))), d(Double.NaN), value);

        // infinite exponents and NaN are rare
        var infinity = d(Double.POSITIVE_INFINITY);
        var usual = g.and(g.compare(Op.LE, a, infinity), g.compare(Op.LT, g.abs(y), infinity));
        return g.guard(g.not(usual), g.call("pow", x32, y32), g.convert(Lane.F32, value));
    }

    private Node isIntegral(Node y) {
        var a = g.abs(y);
        var rounded = g.sub(g.add(a, d(0x1p52)), d(0x1p52));
        return g.or(g.compare(Op.EQ, rounded, a), g.compare(Op.GE, a, d(0x1p52)));
    }

    /** An angle reduced by a multiple of pi/2, and the low bits of the multiple. */
    private record Angle(Node r, Node quadrant) {}

    private Angle reduce(Node x) {
        var shifted = g.fma(x, d(1 / HALF_PI_HIGH), d(ROUNDER));
        var n = g.sub(shifted, d(ROUNDER));
        var r = g.fma(n, d(-HALF_PI_LOW), g.fma(n, d(-HALF_PI_HIGH), x));
        return new Angle(r, g.bitcast(Lane.I64, shifted));
    }

    private Node sinReduced(Node r) {
        var z = g.mul(r, r);
        var p = g.polynomial(z, -1 / 39916800.0, 1 / 362880.0, -1 / 5040.0, 1 / 120.0, -1 / 6.0);
        return g.fma(g.mul(r, z), p, r);
    }

    private Node cosReduced(Node r) {
        var z = g.mul(r, r);
        return g.polynomial(z, 1 / 479001600.0, -1 / 3628800.0, 1 / 40320.0, -1 / 720.0, 1 / 24.0, -0.5, 1);
    }

    Node sin(Node x32) {
        return circular("sin", x32, 0);
    }

    Node cos(Node x32) {
        return circular("cos", x32, 1);
    }

    /** sin(x + shift pi/2). */
    private Node circular(String function, Node x32, int shift) {
        var x = g.convert(Lane.F64, x32);
        var angle = reduce(x);
        var quadrant = g.add(angle.quadrant, l(shift));
        var even = g.compare(Op.EQ, g.and(quadrant, l(1)), l(0));
        var value = g.select(even, sinReduced(angle.r), cosReduced(angle.r));
        value = g.select(g.compare(Op.EQ, g.and(quadrant, l(2)), l(0)), value, g.neg(value));
        if (shift == 0) {
            value = g.select(g.compare(Op.EQ, x, d(0)), x, value); // -0
        }
        return guardLarge(function, x32, x, value);
    }

    Node tan(Node x32) {
        var x = g.convert(Lane.F64, x32);
        var angle = reduce(x);
        var s = sinReduced(angle.r);
        var c = cosReduced(angle.r);
        var even = g.compare(Op.EQ, g.and(angle.quadrant, l(1)), l(0));
        var value = g.div(g.select(even, s, g.neg(c)), g.select(even, c, s));
        return guardLarge("tan", x32, x, g.select(g.compare(Op.EQ, x, d(0)), x, value));
    }

    private Node guardLarge(String function, Node x32, Node x, Node value) {
        var small = g.compare(Op.LT, g.abs(x), d(LARGE_ANGLE));
        return g.guard(g.not(small), g.call(function, x32), g.convert(Lane.F32, value));
    }

    Node sinh(Node x32) {
        var x = g.convert(Lane.F64, x32);
        var e = exp(x);
        var value = g.mul(g.sub(e, g.div(d(1), e)), d(0.5));
        var tiny = g.fma(g.mul(x, g.mul(x, x)), d(1 / 6.0), x);
        return g.convert(Lane.F32, g.select(g.compare(Op.LT, g.abs(x), d(0.01)), tiny, value));
    }

    Node cosh(Node x32) {
        var e = exp(g.convert(Lane.F64, x32));
        return g.convert(Lane.F32, g.mul(g.add(e, g.div(d(1), e)), d(0.5)));
    }

    private Node exp(Node x) {
        var y = g.mul(x, d(1 / LN2));
        var low = g.select(g.compare(Op.LT, y, d(-500)), d(-500), y);
        return exp2(g.select(g.compare(Op.GT, low, d(500)), d(500), low));
    }
}
