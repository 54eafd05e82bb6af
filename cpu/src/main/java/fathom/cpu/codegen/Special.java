package fathom.cpu.codegen;

/**
 * Scalar functions that generated code calls by name: those of {@link Math} with C's edge cases, and the error, gamma
 * and Bessel functions by series and continued fractions, nearly to the precision of a double.
 *
 * @see <a href="https://dlmf.nist.gov">Digital Library of Mathematical Functions, chapters 5 and 7</a>
 */
final class Special {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;
    private static final double LN2 = 0.6931471805599453;
    private static final double EULER = 0.5772156649015329;

    /** Minimum argument for the asymptotic series of the gamma functions. */
    private static final double LARGE = 12;

    private Special() {}

    static double exp(double x) {
        return Math.exp(x);
    }

    static double expm1(double x) {
        return Math.expm1(x);
    }

    static double log(double x) {
        return Math.log(x);
    }

    static double log1p(double x) {
        return Math.log1p(x);
    }

    static double log10(double x) {
        return Math.log10(x);
    }

    /** Exact on powers of two. */
    static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return Math.log(x);
        }
        int exponent = Math.getExponent(x < Double.MIN_NORMAL ? x * 0x1p60 : x) - (x < Double.MIN_NORMAL ? 60 : 0);
        double fraction = x < Double.MIN_NORMAL ? Math.scalb(x * 0x1p60, -exponent - 60) : Math.scalb(x, -exponent);
        if (fraction > 1.4142135623730951) {
            fraction /= 2;
            exponent++;
        }
        return exponent + Math.log(fraction) / LN2;
    }

    static double sin(double x) {
        return Math.sin(x);
    }

    static double cos(double x) {
        return Math.cos(x);
    }

    static double tan(double x) {
        return Math.tan(x);
    }

    static double asin(double x) {
        return Math.asin(x);
    }

    static double acos(double x) {
        return Math.acos(x);
    }

    static double atan(double x) {
        return Math.atan(x);
    }

    static double atan2(double y, double x) {
        return Math.atan2(y, x);
    }

    static double hypot(double x, double y) {
        return Math.hypot(x, y);
    }

    static double sinh(double x) {
        return Math.sinh(x);
    }

    static double cosh(double x) {
        return Math.cosh(x);
    }

    static double tanh(double x) {
        return Math.tanh(x);
    }

    static double asinh(double x) {
        double a = Math.abs(x);
        double value = a > 1e8 ? Math.log(a) + LN2 : Math.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
        return Math.copySign(value, x);
    }

    static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        return x > 1e8 ? Math.log(x) + LN2 : Math.log1p((x - 1) + Math.sqrt((x - 1) * (x + 1)));
    }

    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }

    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /** C's pow: 1 to any power, even NaN, is 1. */
    static double pow(double x, double y) {
        if (x == 1 || x == -1 && Double.isInfinite(y)) {
            return 1;
        }
        return Math.pow(x, y);
    }

    /** The low 64 bits of a power; negative powers are zero except for the bases 1 and -1. */
    static long powLong(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        for (long e = exponent; e != 0; e >>>= 1) {
            if ((e & 1) != 0) {
                result *= base;
            }
            base *= base;
        }
        return result;
    }

    /** A series of positive terms, for small arguments; DLMF 7.6.2. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a > 2.5) {
            return Math.copySign(1 - erfc(a), x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    /** 1 - erf(x); for large arguments exp(-x^2) {@link #erfcx}. */
    static double erfc(double x) {
        if (!(x > 1.2)) {
            return 1 - erf(x);
        }
        if (x > 28) {
            return 0;
        }
        double high = (float) x; // exact square
        return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high)) * scaledErfc(x);
    }

    /** exp(x^2) erfc(x) for large arguments, by a continued fraction; DLMF 7.9.1. */
    private static double scaledErfc(double x) {
        double fraction = 0;
        for (int k = 20 + (int) (260 / (x * x)); k > 0; k--) {
            fraction = k / 2.0 / (x + fraction);
        }
        return TWO_OVER_SQRT_PI / 2 / (x + fraction);
    }

    /** exp(x^2) erfc(x). */
    static double erfcx(double x) {
        if (x > 1.2) {
            return scaledErfc(x);
        }
        if (x < -27) {
            return Double.POSITIVE_INFINITY;
        }
        double high = (float) x; // exact square
        return Math.exp(high * high) * Math.exp((x - high) * (x + high)) * erfc(x);
    }

    /** The modified Bessel function of the first kind, of order 0. */
    static double i0(double x) {
        return besselI(0, Math.abs(x));
    }

    /** The modified Bessel function of the first kind, of order 1. */
    static double i1(double x) {
        return Math.copySign(besselI(1, Math.abs(x)), x);
    }

    /** The power series, of positive terms; from 20 on the asymptotic series; DLMF 10.25.2 and 10.40.1. */
    private static double besselI(int order, double x) {
        if (!(x < 720)) {
            return x * Double.POSITIVE_INFINITY; // keeps NaN
        }
        double term = 1;
        double sum = 1;
        if (x < 20) {
            double quarter = x * x / 4;
            for (int k = 1; term > 1e-17 * sum; k++) {
                term *= quarter / (k * (double) (k + order));
                sum += term;
            }
            return order == 0 ? sum : x / 2 * sum;
        }
        double mu = 4.0 * order;
        for (int k = 1; k <= 30 && Math.abs(term) > 1e-17; k++) {
            term *= ((2 * k - 1) * (2 * k - 1) - mu) / (8 * k * x);
            sum += term;
        }
        double half = Math.exp(x / 2); // exp(x) may overflow although the result does not
        return half / Math.sqrt(2 * Math.PI * x) * sum * half;
    }

    /** A closed-form approximation, refined by Halley's method on erfc. */
    static double erfinv(double x) {
        double a = Math.abs(x);
        if (!(a < 1)) {
            return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
        }
        if (a < 1e-9) {
            return x / TWO_OVER_SQRT_PI;
        }
        double log = Math.log1p(-a * a);
        double half = 2 / (Math.PI * 0.147) + log / 2;
        double y = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
        for (int i = 0; i < 3; i++) {
            double error = a < 0.5 ? a - erf(y) : erfc(y) - (1 - a);
            double step = error / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
            y += step / (1 - y * step);
        }
        return Math.copySign(y, x);
    }

    /** log |gamma(x)|. */
    static double lgamma(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return x * x;
        }
        if (x <= 0) {
            if (x == Math.floor(x)) {
                return Double.POSITIVE_INFINITY;
            }
            return x > -1e-17 ? -Math.log(-x) : Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
        }
        if (Math.abs(x - 1) < 0.25) {
            return lgammaNearOne(x - 1);
        }
        if (Math.abs(x - 2) < 0.25) {
            return Math.log1p(x - 2) + lgammaNearOne(x - 2);
        }
        double product = 1;
        while (x < LARGE) {
            product *= x++;
        }
        double z = 1 / (x * x);
        double series =
                1 / 12.0
                        - z
                                * (1 / 360.0
                                        - z
                                                * (1 / 1260.0
                                                        - z
                                                                * (1 / 1680.0
                                                                        - z
                                                                                * (1 / 1188.0
                                                                                        - z
                                                                                                * (691 / 360360.0
                                                                                                        - z / 156)))));
        return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + series / x - Math.log(product);
    }

    /** log gamma(1 + e) by its Taylor series, whose coefficients are values of the zeta function. */
    private static double lgammaNearOne(double e) {
        double sum = 0;
        for (int k = 30; k >= 2; k--) {
            sum = -e * sum + zeta(k) / k;
        }
        return e * (e * sum - EULER);
    }

    private static double zeta(int k) {
        return ZETA[k];
    }

    private static final double[] ZETA = zetas();

    /** zeta(k): the first terms of the sum, and the remainder by the Euler-Maclaurin formula. */
    private static double[] zetas() {
        var values = new double[31];
        int n = 100;
        for (int k = 2; k <= 30; k++) {
            double sum =
                    Math.pow(n, 1 - k) / (k - 1)
                            + Math.pow(n, -k) / 2
                            + k * Math.pow(n, -k - 1) / 12
                            - k * (k + 1.0) * (k + 2.0) * Math.pow(n, -k - 3) / 720;
            for (int i = n - 1; i >= 1; i--) {
                sum += Math.pow(i, -k);
            }
            values[k] = sum;
        }
        return values;
    }

    private static double sinPi(double x) {
        double r = x - 2 * Math.rint(x / 2);
        return Math.sin(Math.PI * r);
    }

    static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            if (x == Math.floor(x)) {
                return Double.NaN;
            }
            double r = x - Math.rint(x);
            return digamma(1 - x) - Math.PI / Math.tan(Math.PI * r);
        }
        double sum = 0;
        while (x < LARGE) {
            sum -= 1 / x++;
        }
        double z = 1 / (x * x);
        double series =
                z
                        * (1 / 12.0
                                - z
                                        * (1 / 120.0
                                                - z
                                                        * (1 / 252.0
                                                                - z
                                                                        * (1 / 240.0
                                                                                - z * (1 / 132.0 - z * 691 / 32760)))));
        return sum + Math.log(x) - 0.5 / x - series;
    }

    static double trigamma(double x) {
        if (x <= 0) {
            if (x == Math.floor(x)) {
                return Double.isInfinite(x) ? Double.NaN : Double.POSITIVE_INFINITY;
            }
            double s = sinPi(x);
            return Math.PI * Math.PI / (s * s) - trigamma(1 - x);
        }
        double sum = 0;
        while (x < LARGE) {
            sum += 1 / (x * x);
            x++;
        }
        double z = 1 / (x * x);
        double series = 1 / 6.0 - z * (1 / 30.0 - z * (1 / 42.0 - z * (1 / 30.0 - z * (5 / 66.0 - z * 691 / 2730))));
        return sum + 1 / x + z / 2 + z / x * series;
    }
}
