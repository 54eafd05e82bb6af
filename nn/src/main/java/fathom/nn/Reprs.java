package fathom.nn;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats numbers as Python prints them. */
public final class Reprs {
    private Reprs() {}

    /** {@return the shortest form that reads back as the same number: {@code 1e-05}, {@code 0.1}, {@code 1.0}} */
    public static String number(double x) {
        if (Double.isNaN(x)) {
            return "nan";
        }
        if (Double.isInfinite(x)) {
            return x > 0 ? "inf" : "-inf";
        }
        if (x == 0) {
            return 1 / x > 0 ? "0.0" : "-0.0";
        }
        BigDecimal d = new BigDecimal(Double.toString(Math.abs(x))).stripTrailingZeros();
        String sign = x < 0 ? "-" : "";
        int exponent = d.precision() - d.scale() - 1;
        if (exponent < -4 || exponent >= 16) {
            String digits = d.unscaledValue().toString();
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return String.format(
                    Locale.ROOT, "%s%se%s%02d", sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = d.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    /** {@return an integer without its decimal point, others as {@link #number}} */
    public static String wholeOrNumber(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15 ? Long.toString((long) x) : number(x);
    }

    /** {@return Python's {@code True} or {@code False}} */
    public static String bool(boolean b) {
        return b ? "True" : "False";
    }

    /** {@return a Python tuple: {@code (3, 5)}, {@code (3,)}} */
    public static String tuple(long... values) {
        return values.length == 1
                ? "(" + values[0] + ",)"
                : Arrays.stream(values).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    /** {@return a Python tuple} */
    public static String tuple(int... values) {
        return tuple(Arrays.stream(values).asLongStream().toArray());
    }

    /** {@return a single number where all are equal, else a tuple} */
    public static String oneOrTuple(int... values) {
        return Arrays.stream(values).allMatch(v -> v == values[0]) ? Integer.toString(values[0]) : tuple(values);
    }
}
