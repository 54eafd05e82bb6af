package fathom.cpu.codegen;

/**
 * Functions of float32 lowered to float32 arithmetic, which vectorises. The polynomials are Chebyshev fits on the
 * ranges used here; results are within 2 ulp.
 */
final class FloatFunctions {
    private static final double LOG2_E = 1.4426950408889634;
    private static final double LN2_HIGH = 0x1.62e4p-1; // 15 bits, so that its product with an exponent is exact
    private static final double LN2_LOW = 1.4286068203094172321e-6;

    /** Adding this to a small number rounds it to an integer, which the low bits of the sum hold. */
    private static final double ROUNDER = 0x1.8p23;

    /** As ROUNDER, with the bias of exponents: shifted left by 23 bits, the sum is a power of two. */
    private static final double EXPONENT_ROUNDER = ROUNDER + 127;

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

    /** x = n ln 2 + r with |r| at most half of ln 2; first is n + k and the rounder's bits, or 2^(n + k). */
    private record Reduced(Node first, Node r) {}

    private Reduced reduce(Node x, double rounder) {
        var shifted = g.fma(x, f(LOG2_E), f(rounder));
        var rounded = g.sub(shifted, f(rounder));
        var r = g.fma(rounded, f(-LN2_LOW), g.fma(rounded, f(-LN2_HIGH), x));
        return new Reduced(g.bitcast(Lane.I32, shifted), r);
    }

    /** Reduces x, with 2^(n + k) for the exponent; n + k is that of a normal number. */
    private Reduced reduceScaled(Node x, int k) {
        var reduced = reduce(x, EXPONENT_ROUNDER + k);
        return new Reduced(exponentBits(reduced.first), reduced.r);
    }

    private Node exponentBits(Node biased) {
        return g.bitcast(Lane.F32, g.shl(biased, 23));
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
        if (isNeverPositive(x)) {
            return expOfNegative(x);
        }
        var reduced = reduce(clamp(x, -104, 89), ROUNDER);
        var n = g.sub(reduced.first, i(0x4b400000));
        var half = g.shr(n, 1); // two factors: a single one would exceed the exponent range at both ends
        var value = g.add(expm1Reduced(reduced.r), f(1));
        return g.mul(g.mul(value, powerOfTwo(half)), powerOfTwo(g.sub(n, half)));
    }

    /** {@return whether x is a negated square or absolute value, whose exponential is cheaper with the same bits} */
    private static boolean isNeverPositive(Node x) {
        if (x.op != Op.NEG) {
            return false;
        }
        var y = x.args[0];
        return y.op == Op.ABS || y.op == Op.MUL && y.args[0] == y.args[1];
    }

    Node expm1(Node x) {
        var reduced = reduceScaled(clamp(x, -20, 89), -1);
        var half = reduced.first;
        var value = g.mul(g.fma(half, expm1Reduced(reduced.r), g.sub(half, f(0.5))), f(2));
        return g.select(g.compare(Op.LT, g.abs(x), f(0x1p-24)), x, value);
    }

    Node tanh(Node x) {
        var reduced = reduceScaled(clamp(g.mul(g.abs(x), f(2)), 0, 20), 0);
        var scale = reduced.first;
        var e = g.fma(scale, expm1Reduced(reduced.r), g.sub(scale, f(1))); // e^(2|x|) - 1
        return copySign(g.div(e, g.add(e, f(2))), x);
    }

    /** {@return e^x for x <= 0, where one variable and one constant power of two cover all exponents} */
    private Node expOfNegative(Node x) {
        var reduced = reduceScaled(atLeast(x, -104), 64);
        return g.mul(g.mul(g.add(expm1Reduced(reduced.r), f(1)), reduced.first), f(0x1p-64));
    }

    /** 1 / (1 + e^-x), computed from e^-|x| so that small results keep their precision. */
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
    private Node log1pRemainder(Node f) {
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

    /** Selects the special results of logarithms: of zero, of negative numbers (and NaN), and of infinity. */
    private Node logEdges(Node x, Node value) {
        var infinity = f(Double.POSITIVE_INFINITY);
        var top = g.select(g.compare(Op.LT, x, infinity), value, x); // infinity and NaN themselves
        var negative = g.select(g.compare(Op.LT, x, f(0)), f(Double.NaN), top);
        return g.select(g.compare(Op.EQ, x, f(0)), f(Double.NEGATIVE_INFINITY), negative);
    }

    Node log(Node x) {
        var s = split(x);
        var k = g.convert(Lane.F32, s.k);
        var small = g.fma(k, f(LN2_LOW), log1pRemainder(s.f));
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
        var remainder = log1pRemainder(s.f);
        var small = g.fma(s.f, f(factor - factorHigh), g.mul(remainder, f(factorHigh)));
        small = g.fma(k, f(low), small);
        var large = g.fma(k, f(high), g.mul(s.f, f(factorHigh)));
        return logEdges(x, g.add(large, small));
    }

    /** log(u) for the rounded u = 1 + x, corrected by the rounding error of u. */
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
        var small = g.add(g.fma(k, f(LN2_LOW), log1pRemainder(fraction)), correction);
        var value = logEdges(u, g.fma(k, f(LN2_HIGH), g.add(small, fraction)));
        return g.select(g.compare(Op.LT, g.abs(x), f(0x1p-24)), x, value);
    }

    /**
     * 1 - 2^y for y = t (P(t) - 2), the binary logarithm of erfc(t), where t = |x|: one formula for all x. P has no
     * constant term and a nearly exact linear term, so small results keep their relative precision. For |x| >= 4 the
     * result is 1.
     */
    Node erf(Node x) {
        var a = g.abs(x);
        var t = g.select(g.compare(Op.GT, a, f(4)), f(4), a);
        var p =
                halves(
                        t,
                        1.2969499948667362e-05,
                        -0.00016636673535685986,
                        0.0009014304378069937,
                        -0.0023848575074225664,
                        0.0002125203754985705,
                        0.027641337364912033,
                        -0.14827924966812134,
                        -0.9184474349021912,
                        0.37209296226501465);
        var y = g.fma(t, p, g.mul(t, f(-2)));
        var shifted = g.add(y, f(EXPONENT_ROUNDER));
        var fraction = g.sub(y, g.sub(shifted, f(EXPONENT_ROUNDER)));
        var scale = exponentBits(g.bitcast(Lane.I32, shifted));
        var e = g.fma(scale, exp2m1Reduced(fraction), g.sub(scale, f(1)));
        return copySign(e, x);
    }

    /** {@return 2^f - 1 for |f| at most 1/2} */
    private Node exp2m1Reduced(Node f) {
        var q =
                halves(
                        f,
                        0.00015382059791591018,
                        0.0013387384824454784,
                        0.009618311189115047,
                        0.05550367385149002,
                        0.24022649228572845,
                        -0.3068528175354004);
        return g.fma(f, q, f);
    }

    /**
     * A polynomial, highest coefficient first, evaluated as the sum of its even and odd parts (Estrin-like): one
     * multiplication more than Horner's rule, with half the latency.
     */
    private Node halves(Node x, double... coefficients) {
        int n = coefficients.length;
        var square = g.mul(x, x);
        var parts = new Node[2];
        for (int i = 0; i < n; i++) {
            int parity = (n - 1 - i) % 2;
            var c = f(coefficients[i]);
            parts[parity] = parts[parity] == null ? c : g.fma(parts[parity], square, c);
        }
        return g.fma(parts[1], x, parts[0]);
    }

    /** Bitwise select of three values: a single instruction on machines with a ternary-logic instruction. */
    Node copySign(Node magnitude, Node sign) {
        var bits = g.bitcast(Lane.I32, sign);
        var differing = g.and(g.xor(bits, g.bitcast(Lane.I32, magnitude)), i(0x7fffffff));
        return g.bitcast(Lane.F32, g.xor(bits, differing));
    }
}
