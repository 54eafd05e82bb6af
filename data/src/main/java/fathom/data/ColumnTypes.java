package fathom.data;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.dflib.BooleanSeries;
import org.dflib.DoubleSeries;
import org.dflib.FloatSeries;
import org.dflib.IntSeries;
import org.dflib.LongSeries;
import org.dflib.Series;
import org.jspecify.annotations.Nullable;

/**
 * The four column types and their inference: integers and booleans (none missing), floating-point numbers (NaN where
 * missing) and text (null where missing).
 */
final class ColumnTypes {
    /** Possessive quantifiers: no backtracking on long runs of digits. */
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d++\\.?\\d*+|\\.\\d++)([eE][+-]?\\d++)?|[+-]?(?i:inf|infinity)");

    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");

    private ColumnTypes() {}

    /** {@return a column of the narrowest type that represents all texts, which are null where missing} */
    static Series<?> infer(List<? extends @Nullable String> texts) {
        boolean complete = texts.stream().allMatch(Objects::nonNull);
        if (complete && !texts.isEmpty() && texts.stream().allMatch(t -> INTEGER.matcher(t).matches())) {
            return Series.ofLong(texts.stream().mapToLong(Long::parseLong).toArray());
        }
        if (texts.stream().allMatch(t -> t == null || NUMBER.matcher(t).matches())) {
            return Series.ofDouble(texts.stream().mapToDouble(ColumnTypes::parse).toArray());
        }
        if (complete && texts.stream().allMatch(t -> t.equalsIgnoreCase("true") || t.equalsIgnoreCase("false"))) {
            var values = new boolean[texts.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = texts.get(i).equalsIgnoreCase("true");
            }
            return Series.ofBool(values);
        }
        return Series.of(texts.toArray(String[]::new));
    }

    /** {@return whether a text is a number} */
    static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /** {@return a value as text, null where missing: integers without a decimal point, booleans in lower case} */
    static @Nullable String text(Series<?> s, int row) {
        if (isMissing(s, row)) {
            return null;
        }
        return switch (s) {
            case LongSeries l -> Long.toString(l.getLong(row));
            case DoubleSeries d -> {
                double value = d.getDouble(row);
                yield value == Math.rint(value) && Math.abs(value) < 1e15
                        ? Long.toString((long) value)
                        : Double.toString(value);
            }
            case BooleanSeries b -> Boolean.toString(b.getBool(row));
            default -> {
                String text = String.valueOf(s.get(row));
                yield text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")
                        ? text.toLowerCase(Locale.ROOT)
                        : text;
            }
        };
    }

    private static double parse(@Nullable String text) {
        if (text == null) {
            return Double.NaN;
        }
        if (text.toLowerCase(Locale.ROOT).contains("inf")) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return Double.parseDouble(text);
    }

    /** {@return a column converted to one of the four types} */
    static Series<?> normalize(Series<?> s) {
        return switch (s) {
            case LongSeries l -> l;
            case DoubleSeries d -> d;
            case BooleanSeries b -> b;
            case IntSeries i -> Series.ofLong(i.toList().stream().mapToLong(x -> x).toArray());
            case FloatSeries f -> Series.ofDouble(f.toList().stream().mapToDouble(x -> x).toArray());
            default -> boxed(s);
        };
    }

    private static Series<?> boxed(Series<?> s) {
        List<?> values = s.toList();
        boolean complete = values.stream().allMatch(Objects::nonNull);
        if (complete && !values.isEmpty() && values.stream().allMatch(v -> v instanceof Boolean)) {
            var truth = new boolean[values.size()];
            for (int i = 0; i < truth.length; i++) {
                truth[i] = Boolean.TRUE.equals(values.get(i));
            }
            return Series.ofBool(truth);
        }
        if (complete
                && !values.isEmpty()
                && values.stream().allMatch(v -> v instanceof Long || v instanceof Integer || v instanceof Short)) {
            return Series.ofLong(values.stream().mapToLong(v -> ((Number) v).longValue()).toArray());
        }
        if (values.stream().allMatch(v -> v == null || v instanceof Number)) {
            return Series.ofDouble(
                    values.stream().mapToDouble(v -> v == null ? Double.NaN : ((Number) v).doubleValue()).toArray());
        }
        return Series.of(values.stream().map(v -> v == null ? null : v.toString()).toArray(String[]::new));
    }

    static boolean isText(Series<?> s) {
        return !(s instanceof LongSeries || s instanceof DoubleSeries || s instanceof BooleanSeries);
    }

    static boolean isNumeric(Series<?> s) {
        return s instanceof LongSeries || s instanceof DoubleSeries;
    }

    static boolean isMissing(Series<?> s, int row) {
        return s instanceof DoubleSeries d ? Double.isNaN(d.getDouble(row)) : s.get(row) == null;
    }

    static int missing(Series<?> s) {
        int n = 0;
        for (int i = 0; i < s.size(); i++) {
            n += isMissing(s, i) ? 1 : 0;
        }
        return n;
    }

    /** {@return a value of a numeric or boolean column as a number} */
    static double number(Series<?> s, int row) {
        return switch (s) {
            case LongSeries l -> l.getLong(row);
            case DoubleSeries d -> d.getDouble(row);
            case BooleanSeries b -> b.getBool(row) ? 1 : 0;
            default -> throw new IllegalArgumentException("text has no number");
        };
    }

    /** {@return the mean of the non-missing values; NaN if all are missing} */
    static double mean(Series<?> s) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < s.size(); i++) {
            if (!isMissing(s, i)) {
                sum += number(s, i);
                n++;
            }
        }
        return sum / n;
    }

    /** {@return the sample standard deviation of the non-missing values, with divisor n - 1} */
    static double std(Series<?> s) {
        double mean = mean(s);
        double sum = 0;
        int n = 0;
        for (int i = 0; i < s.size(); i++) {
            if (!isMissing(s, i)) {
                double d = number(s, i) - mean;
                sum += d * d;
                n++;
            }
        }
        return Math.sqrt(sum / (n - 1));
    }
}
