package fathom.cpu.codegen;

/**
 * Functions of float32 as arithmetic in float32: vectors of them run as fast as their additions and multiplications.
 * The polynomials are Chebyshev fits made for these ranges; results are within two units in the last place.
 */
final class FloatFunctions {
    private static final double LOG2_E = 1.4426950408889634;
    private static final double LN2_HIGH = 0x1.62e4p-1; // 15 bits, so that its product with an exponent is exact
    private static final double LN2_LOW = 1.4286068203094172321e-6;

    /** Adding this to a small number rounds it to an integer, found in the low bits of the sum. */
    private static final double ROUNDER = 0x1.8p23;

    private final Graph g;

    FloatFunctions(Graph g) {
        this.g = g;
    }

    private Node f(double value) {
        return g.constant(Lane.F32, value);
    }

    private Node i(int value) {
        return g.integer(Lane.I32, value);
    }

    /** x = n ln 2 + r with |r| at most half of ln 2. */
    private record Reduced(Node n, Node r) {}

    private Reduced reduce(Node x) {
        var shifted = g.fma(x, f(LOG2_E), f(ROUNDER));
        var rounded = g.sub(shifted, f(ROUNDER));
        var r = g.fma(rounded, f(-LN2_LOW), g.fma(rounded, f(-LN2_HIGH), x));
        return new Reduced(g.sub(g.bitcast(Lane.I32, shifted), i(0x4b400000)), r);
    }

    /** {@return e^r - 1 for |r| at most half of ln 2} */
    private Node expm1Reduced(Node r) {
        var p =
                g.polynomial(
                        r, 0.0013926203361634337, 0.008363194882419041, 0.0416665544984137, 0.166665768946066, 0.5);
        return g.fma(g.mul(r, r), p, r);
    }

    private Node powerOfTwo(Node exponent) {
        return g.bitcast(Lane.F32, g.shl(g.add(exponent, i(127)), 23));
    }

    private Node atLeast(Node x, double low) {
        return g.select(g.compare(Op.LT, x, f(low)), f(low), x);
    }

    private Node clamp(Node x, double low, double high) {
        var raised = atLeast(x, low);
        return g.select(g.compare(Op.GT, raised, f(high)), f(high), raised);
    }

    Node exp(Node x) {
        var reduced = reduce(clamp(x, -104, 89));
        var half = g.shr(reduced.n, 1); // two factors: one alone would leave the range of exponents at either end
        var value = g.add(expm1Reduced(reduced.r), f(1));
        return g.mul(g.mul(value, powerOfTwo(half)), powerOfTwo(g.sub(reduced.n, half)));
    }

    Node expm1(Node x) {
        var reduced = reduce(clamp(x, -20, 89));
        var half = powerOfTwo(g.sub(reduced.n, i(1)));
        var value = g.mul(g.fma(half, expm1Reduced(reduced.r), g.sub(half, f(0.5))), f(2));
        return g.select(g.compare(Op.LT, g.abs(x), f(0x1p-24)), x, value);
    }

    Node tanh(Node x) {
        var reduced = reduce(clamp(g.mul(g.abs(x), f(2)), 0, 20));
        var scale = powerOfTwo(reduced.n);
        var e = g.fma(scale, expm1Reduced(reduced.r), g.sub(scale, f(1))); // e^(2|x|) - 1
        return copySign(g.div(e, g.add(e, f(2))), x);
    }

    /** {@return e^x for x up to 0: never above 1, so that one factor and a constant one reach all exponents} */
    private Node expOfNegative(Node x) {
        var reduced = reduce(atLeast(x, -104));
        var scale = powerOfTwo(g.add(reduced.n, i(64)));
        return g.mul(g.mul(g.add(expm1Reduced(reduced.r), f(1)), scale), f(0x1p-64));
    }

    /** 1 / (1 + e^-x), written with e^-|x| so that small results keep their precision. */
    Node sigmoid(Node x) {
        var e = expOfNegative(g.neg(g.abs(x)));
        var numerator = g.select(g.compare(Op.LT, x, f(0)), e, f(1));
        return g.div(numerator, g.add(e, f(1)));
    }

    /** log(1 + e^x) as max(x, 0) + log(1 + e^-|x|), which does not overflow. */
    Node softplus(Node x) {
        var positive = g.select(g.compare(Op.GT, x, f(0)), x, f(0));
        return g.add(positive, log1p(expOfNegative(g.neg(g.abs(x)))));
    }

    /** x = 2^k (1 + f) with 1 + f between the square roots of 1/2 and of 2. */
    private record Split(Node k, Node f) {}

    private Split split(Node x) {
        var subnormal = g.compare(Op.LT, x, f(0x1p-126));
        var scaled = g.select(subnormal, g.mul(x, f(0x1p23)), x);
        var bits = g.bitcast(Lane.I32, scaled);
        var k = g.shr(g.sub(bits, i(0x3f3504f3)), 23);
        var m = g.bitcast(Lane.F32, g.sub(bits, g.shl(k, 23)));
        return new Split(g.select(subnormal, g.sub(k, i(23)), k), g.sub(m, f(1)));
    }

    /** {@return log(1 + f) - f for f as in {@link Split}} */
    private Node log1pRest(Node f) {
        var q =
                g.polynomial(
                        f,
                        0.06973070409187894,
                        -0.11481477241123107,
                        0.11685719639080604,
                        -0.12425486560687575,
                        0.14249009322251377,
                        -0.1666780857632927,
                        0.2000071719561872,
                        -0.24999996911607764,
                        0.3333333117430083);
        var square = g.mul(f, f);
        return g.fma(g.mul(square, f), q, g.mul(square, f(-0.5)));
    }

    /**
     * Puts in what logarithms are of zero, of negative numbers and of infinity (of which NaN is a negative one here).
     */
    private Node logEdges(Node x, Node value) {
        var infinity = f(Double.POSITIVE_INFINITY);
        var top = g.select(g.compare(Op.LT, x, infinity), value, x); // infinity and NaN themselves
        var negative = g.select(g.compare(Op.LT, x, f(0)), f(Double.NaN), top);
        return g.select(g.compare(Op.EQ, x, f(0)), f(Double.NEGATIVE_INFINITY), negative);
    }

    Node log(Node x) {
        var s = split(x);
        var k = g.convert(Lane.F32, s.k);
        var small = g.fma(k, f(LN2_LOW), log1pRest(s.f));
        return logEdges(x, g.fma(k, f(LN2_HIGH), g.add(small, s.f)));
    }

    Node log2(Node x) {
        return scaledLog(x, 1, 0, LOG2_E);
    }

    Node log10(Node x) {
        return scaledLog(x, 0x1.344p-2, 4.605038981195214e-6, 0.4342944819032518);
    }

    /** k (high + low) + factor log(1 + f), the factor in two parts. */
    private Node scaledLog(Node x, double high, double low, double factor) {
        var s = split(x);
        var k = g.convert(Lane.F32, s.k);
        double factorHigh = (float) factor;
        var rest = log1pRest(s.f);
        var small = g.fma(s.f, f(factor - factorHigh), g.mul(rest, f(factorHigh)));
        small = g.fma(k, f(low), small);
        var large = g.fma(k, f(high), g.mul(s.f, f(factorHigh)));
        return logEdges(x, g.add(large, small));
    }

    /** log(u) for the rounded u = 1 + x, and what rounding it lost. */
    Node log1p(Node x) {
        var u = g.add(x, f(1));
        var s = split(u);
        var unscaled = g.compare(Op.EQ, s.k, i(0));
        var lost =
                g.select(
                        g.compare(Op.GE, u, f(2)),
                        g.sub(f(1), g.sub(u, x)),
                        g.sub(x, g.sub(u, f(1)))); // u + lost = 1 + x
        var correction = g.select(unscaled, f(0), g.div(lost, u));
        var fraction = g.select(unscaled, x, s.f);
        var k = g.convert(Lane.F32, s.k);
        var small = g.add(g.fma(k, f(LN2_LOW), log1pRest(fraction)), correction);
        var value = logEdges(u, g.fma(k, f(LN2_HIGH), g.add(small, fraction)));
        return g.select(g.compare(Op.LT, g.abs(x), f(0x1p-24)), x, value);
    }

    /** x + x P(x^2) up to 1, then 1 - e^-Q(x) with Q a fit of -log erfc. */
    Node erf(Node x) {
        var a = g.abs(x);
        var near =
                g.fma(
                        x,
                        g.polynomial(
                                g.mul(x, x),
                                7.875875062685488e-05,
                                -0.000801686428716587,
                                0.005189087423433974,
                                -0.026854212010626412,
                                0.11283594715160218,
                                -0.37612626666720334,
                                0.12837916584835093),
                        x);
        var t = g.select(g.compare(Op.GT, a, f(4)), f(4), a);
        var q =
                g.polynomial(
                        t,
                        -1.6371514145936436e-06,
                        4.605804268918978e-05,
                        -0.0005968056256607798,
                        0.004759596293266265,
                        -0.026421136005663898,
                        0.11008008294882024,
                        0.631826051559163,
                        1.130233434841994,
                        -0.00032013804967769883);
        var reduced = reduce(g.neg(q));
        var scale = powerOfTwo(reduced.n);
        var e = g.fma(scale, expm1Reduced(reduced.r), g.sub(scale, f(1)));
        return g.select(g.compare(Op.LT, a, f(1)), near, copySign(g.neg(e), x));
    }

    Node copySign(Node magnitude, Node sign) {
        var bits = g.and(g.bitcast(Lane.I32, magnitude), i(0x7fffffff));
        return g.bitcast(Lane.F32, g.or(bits, g.and(g.bitcast(Lane.I32, sign), i(0x80000000))));
    }
}
