package fathom.testkit;

/** Functions of one or two doubles missing from {@link Math}, written for clarity and accurate to about 14 digits. */
final class ScalarMath {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private ScalarMath() {}

    /** {@return C's {@code pow}, which unlike Java's is 1 for 1^NaN and (-1)^inf} */
    static double pow(double x, double y) {
        if (x == 1 || (x == -1 && Double.isInfinite(y))) {
            return 1;
        }
        return Math.pow(x, y);
    }

    /** {@return the quotient rounded down; the sign of a zero is that of the true quotient} */
    static double floorDiv(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double mod = a % b;
        double div = (a - mod) / b;
        if (mod != 0 && (b < 0) != (mod < 0)) {
            div -= 1;
        }
        if (div == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(div);
        return div - floor > 0.5 ? floor + 1 : floor;
    }

    /** {@return the remainder with the divisor's sign} */
    static double remainder(double a, double b) {
        double mod = a % b;
        return mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod;
    }

    static double log2(double x) {
        if (!(x > 0) || Double.isInfinite(x) || x < Double.MIN_NORMAL) {
            return Math.log(x) / Math.log(2);
        }
        int exponent = Math.getExponent(x);
        double mantissa = Math.scalb(x, -exponent);
        if (mantissa > Math.sqrt(2)) {
            mantissa /= 2;
            exponent++;
        }
        return exponent + Math.log(mantissa) / Math.log(2);
    }

    static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    static double softplus(double x) {
        return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
    }

    static double asinh(double x) {
        double a = Math.abs(x);
        double y = a > 1e150 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
        return Math.copySign(y, x);
    }

    static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        if (x > 1e150) {
            return Math.log(x) + Math.log(2);
        }
        double t = x - 1;
        return Math.log1p(t + Math.sqrt(t * (x + 1)));
    }

    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }

    /** The error function: a series of positive terms near 0, the continued fraction of the complement elsewhere. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        return a < 2.5 ? erfSeries(x) : Math.copySign(1 - erfcFraction(a), x);
    }

    static double erfc(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (x < 0.5) {
            return 1 - erf(x);
        }
        return x < 2 ? erfcSteps(x) : erfcFraction(x);
    }

    private static double erfSeries(double x) {
        if (x == 0) {
            return x;
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    /** The continued fraction of erfc, evaluated from its tail; accurate from 2 on. */
    private static double erfcFraction(double x) {
        if (x > 28) {
            return 0;
        }
        double f = x;
        for (int k = 200; k >= 1; k--) {
            f = x + k / 2.0 / f;
        }
        return Math.exp(-x * x) / (f * Math.sqrt(Math.PI));
    }

    /** erfc between 0.5 and 2: the same fraction with many more terms. */
    private static double erfcSteps(double x) {
        double f = x;
        for (int k = 2000; k >= 1; k--) {
            f = x + k / 2.0 / f;
        }
        return Math.exp(-x * x) / (f * Math.sqrt(Math.PI));
    }

    /** The inverse of erf: Newton's method (on the complement in the tails) from a bracketing start. */
    static double erfinv(double y) {
        double a = Math.abs(y);
        if (!(a <= 1)) {
            return Double.NaN;
        }
        if (a == 1) {
            return Math.copySign(Double.POSITIVE_INFINITY, y);
        }
        if (a < 1e-9) {
            return y / TWO_OVER_SQRT_PI;
        }
        // Winitzki's closed form is accurate to three digits
        double l = Math.log1p(-a * a);
        double t = 2 / (Math.PI * 0.147) + l / 2;
        double x = Math.sqrt(Math.sqrt(t * t - l / 0.147) - t);
        for (int i = 0; i < 6; i++) {
            double slope = TWO_OVER_SQRT_PI * Math.exp(-x * x);
            double error = a < 0.5 ? erf(x) - a : (1 - a) - erfc(x);
            // Halley's correction: the second derivative is -2x times the first
            double step = error / slope;
            x -= step / (1 + x * step);
        }
        return Math.copySign(x, y);
    }

    /** The logarithm of |gamma(x)|: Stirling's series after shifting upwards, reflection for negative numbers. */
    static double lgamma(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (Double.isInfinite(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (x <= 0) {
            if (x == Math.floor(x)) {
                return Double.POSITIVE_INFINITY;
            }
            if (x > -1e-19) {
                return -Math.log(-x);
            }
            return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
        }
        if (x == 1 || x == 2) {
            return 0;
        }
        double shift = 1;
        double z = x;
        while (z < 16) {
            shift *= z++;
        }
        double i = 1 / z;
        double i2 = i * i;
        double series =
                i
                        * (1 / 12.0
                                - i2
                                        * (1 / 360.0
                                                - i2
                                                        * (1 / 1260.0
                                                                - i2
                                                                        * (1 / 1680.0
                                                                                - i2
                                                                                        * (1 / 1188.0
                                                                                                - i2 * 691
                                                                                                        / 360360.0)))));
        double stirling = (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
        return z > 1e15 ? z * (Math.log(z) - 1) : stirling - Math.log(shift);
    }

    /**
     * The derivative of lgamma; NaN at the negative integers, at 0 infinite with the sign opposite to that of the zero.
     */
    static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            return x == Math.floor(x) ? Double.NaN : digamma(1 - x) - Math.PI / tanPi(x);
        }
        double result = 0;
        double z = x;
        while (z < 16) {
            result -= 1 / z++;
        }
        double i2 = 1 / (z * z);
        return result
                + Math.log(z)
                - 0.5 / z
                - i2
                        * (1 / 12.0
                                - i2
                                        * (1 / 120.0
                                                - i2
                                                        * (1 / 252.0
                                                                - i2
                                                                        * (1 / 240.0
                                                                                - i2
                                                                                        * (1 / 132.0
                                                                                                - i2 * 691
                                                                                                        / 32760.0)))));
    }

    /** The derivative of digamma. */
    static double trigamma(double x) {
        if (x < 0.5) {
            if (x == Math.floor(x)) {
                return Double.isInfinite(x) ? Double.NaN : Double.POSITIVE_INFINITY;
            }
            double s = Math.PI / sinPi(x);
            return s * s - trigamma(1 - x);
        }
        double result = 0;
        double z = x;
        while (z < 16) {
            result += 1 / (z * z);
            z++;
        }
        double i = 1 / z;
        double i2 = i * i;
        return result
                + i
                + i2 / 2
                + i
                        * i2
                        * (1 / 6.0
                                - i2
                                        * (1 / 30.0
                                                - i2
                                                        * (1 / 42.0
                                                                - i2
                                                                        * (1 / 30.0
                                                                                - i2
                                                                                        * (5 / 66.0
                                                                                                - i2 * 691
                                                                                                        / 2730.0)))));
    }

    /**
     * The modified Bessel function of the first kind of order 0 or 1: the mean of cos(order t) exp(x cos t) over a
     * circle, which equidistant points yield to full precision.
     */
    static double besselI(int order, double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x) || a > 720) {
            return order == 0 ? Math.abs(x) * Double.POSITIVE_INFINITY : x * Double.POSITIVE_INFINITY;
        }
        if (order == 1 && a < 1e-2) {
            return x / 2 * (1 + x * x / 8 * (1 + x * x / 24 * (1 + x * x / 48)));
        }
        int steps = 64 + 2 * (int) a;
        double sum = 0;
        for (int k = 0; k < steps; k++) {
            double cosine = Math.cos(2 * Math.PI * k / steps);
            sum += (order == 0 ? 1 : cosine) * Math.exp(a * (cosine - 1));
        }
        double value = sum / steps * Math.exp(a / 2) * Math.exp(a / 2);
        return order == 0 ? value : Math.copySign(value, x);
    }

    /** The scaled complementary error function; for large arguments its asymptotic series. */
    static double erfcx(double x) {
        if (x < -27) {
            return Double.POSITIVE_INFINITY;
        }
        if (x < 20) {
            double high = (float) x;
            return Math.exp(high * high) * Math.exp((x - high) * (x + high)) * erfc(x);
        }
        double term = 1;
        double sum = 1;
        for (int k = 1; k < 12; k++) {
            term *= -(2 * k - 1) / (2 * x * x);
            sum += term;
        }
        return sum / (x * Math.sqrt(Math.PI));
    }

    private static double sinPi(double x) {
        double r = x - 2 * Math.rint(x / 2); // from -1 to 1, exactly
        return Math.abs(r) <= 0.5 ? Math.sin(Math.PI * r) : Math.copySign(Math.sin(Math.PI * (1 - Math.abs(r))), r);
    }

    private static double tanPi(double x) {
        return Math.tan(Math.PI * (x - Math.rint(x)));
    }

    /** {@return an integer power with wrap-around; for negative exponents nonzero only for 1 and -1} */
    static long pow(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        long b = base;
        for (long e = exponent; e != 0; e >>= 1) {
            if ((e & 1) != 0) {
                result *= b;
            }
            b *= b;
        }
        return result;
    }
}
