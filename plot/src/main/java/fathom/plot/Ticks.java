package fathom.plot;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * The ticks of an axis and their labels.
 *
 * @param at values of the ticks, ascending
 * @param labels one label per tick, possibly empty
 * @param note a common factor and offset of all labels, such as {@code ×10⁶}; may be empty
 * @param minor values of minor ticks, which have no labels
 */
@SuppressWarnings("ArrayRecordComponent")
record Ticks(double[] at, String[] labels, String note, double[] minor) {
    static final Ticks NONE = new Ticks(new double[0], new String[0], "", new double[0]);

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final int MAX_DIGITS = 6;

    /** {@return at most {@code maxTicks} ticks at multiples of 1, 2 or 5 times a power of ten} */
    static Ticks linear(double low, double high, int maxTicks) {
        return linear(low, high, maxTicks, 0);
    }

    /** {@return the same as {@link #linear(double, double, int)}, with a distance of at least {@code minStep}} */
    static Ticks linear(double low, double high, int maxTicks, double minStep) {
        double range = high - low;
        double step = Math.max(step(range, maxTicks), minStep);
        List<Double> at = multiples(low, high, step);
        // if the values share their first digits, these are written once, in the note
        double offset = 0;
        double greatest = Math.max(Math.abs(low), Math.abs(high));
        if (range < greatest * 1e-4) {
            double round = Math.pow(10, Math.ceil(Math.log10(range)) + 1);
            offset = new BigDecimal(Math.floor(low / round)).multiply(decimal(round)).doubleValue();
            if (offset != 0) {
                double base = offset;
                at = multiples(low - base, high - base, step);
            }
            greatest = Math.max(Math.abs(low - offset), Math.abs(high - offset));
        }
        int power = (int) Math.floor(Math.log10(greatest));
        int exponent = power >= MAX_DIGITS || power < -4 ? power : 0;
        String[] labels = new String[at.size()];
        double[] values = new double[at.size()];
        for (int i = 0; i < labels.length; i++) {
            values[i] = at.get(i) + offset;
            labels[i] = label(at.get(i), step, exponent);
        }
        String note = exponent == 0 ? "" : "×10" + superscript(exponent);
        if (offset != 0) {
            note += (offset > 0 ? " + " : " − ") + number(Math.abs(offset), 16);
        }
        return new Ticks(values, labels, note.strip(), new double[0]);
    }

    /** {@return ticks at powers of ten, and between them if there are few} */
    static Ticks logarithmic(double low, double high, int maxTicks) {
        int first = (int) Math.floor(Math.log10(low) + 1e-9);
        int last = (int) Math.ceil(Math.log10(high) - 1e-9);
        double decades = Math.log10(high / low);
        if (decades < 1) {
            Ticks ticks = linear(low, high, maxTicks);
            if (ticks.note.isEmpty()) {
                return ticks;
            }
        }
        List<Double> at = new ArrayList<>();
        List<Double> minor = new ArrayList<>();
        double[] between =
                decades < 2
                        ? new double[] {1, 2, 5}
                        : decades < 3.5 && maxTicks >= 8 ? new double[] {1, 3} : new double[] {1};
        int every = Math.max(1, Math.ceilDiv(last - first, Math.max(1, maxTicks)));
        for (int power = first; power <= last; power++) {
            for (int digit = 1; digit < 10; digit++) {
                double value = Double.parseDouble(digit + "e" + power);
                if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) {
                    continue;
                }
                boolean labelled = Math.floorMod(power, every) == 0 && contains(between, digit);
                (labelled ? at : minor).add(value);
            }
        }
        if (every > 1) {
            minor.removeIf(v -> last - first > 40 || Math.abs(Math.log10(v) - Math.rint(Math.log10(v))) > 1e-9);
        }
        boolean plain = at.stream().allMatch(v -> v > 0.99e-3 && v < 1.01e4);
        String[] labels = new String[at.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = plain ? decimal(at.get(i)).stripTrailingZeros().toPlainString() : scientific(at.get(i));
        }
        return new Ticks(array(at), labels, "", array(minor));
    }

    /** {@return ticks at 0, 1, 2, ... with names; if there are more than {@code maxTicks}, every n-th has one} */
    static Ticks named(List<String> names, int maxTicks) {
        int every = Math.max(1, Math.ceilDiv(names.size(), Math.max(1, maxTicks)));
        List<Double> at = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < names.size(); i += every) {
            at.add((double) i);
            labels.add(names.get(i));
        }
        return new Ticks(array(at), labels.toArray(String[]::new), "", new double[0]);
    }

    /**
     * {@return the smallest of 1, 2, 5 times a power of ten that divides a range into at most {@code maxTicks} steps}
     */
    static double step(double range, int maxTicks) {
        double raw = range / Math.max(1, maxTicks);
        double power = Math.floor(Math.log10(raw));
        for (int digit : new int[] {1, 2, 5, 10}) {
            double step = Double.parseDouble(digit + "e" + (int) power);
            if (step >= raw * (1 - 1e-9)) {
                return step;
            }
        }
        return Math.pow(10, power + 1);
    }

    private static List<Double> multiples(double low, double high, double step) {
        double slack = step * 1e-6;
        List<Double> values = new ArrayList<>();
        BigDecimal unit = decimal(step);
        double first = Math.ceil((low - slack) / step);
        double last = Math.floor((high + slack) / step);
        for (double i = first; i <= last && values.size() < 100; i++) {
            values.add(new BigDecimal(i).multiply(unit).doubleValue());
        }
        return values;
    }

    private static String label(double value, double step, int exponent) {
        BigDecimal shown = decimal(value).movePointLeft(exponent);
        BigDecimal unit = decimal(step).movePointLeft(exponent).stripTrailingZeros();
        String text = shown.setScale(Math.clamp(unit.scale(), 0, 12), RoundingMode.HALF_EVEN).toPlainString();
        return minus(text.matches("-0(\\.0*)?") ? text.substring(1) : text);
    }

    /**
     * {@return a number in decimal or scientific notation: about {@code digits} significant digits, without trailing
     * zeros}
     */
    static String number(double value, int digits) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new java.math.MathContext(digits)).stripTrailingZeros();
        int power = rounded.precision() - rounded.scale() - 1;
        if (power >= MAX_DIGITS || power < -4) {
            return scientific(rounded.doubleValue());
        }
        return minus(rounded.toPlainString());
    }

    private static String scientific(double value) {
        BigDecimal exact = decimal(value).stripTrailingZeros();
        int power = exact.precision() - exact.scale() - 1;
        String factor = exact.movePointLeft(power).stripTrailingZeros().toPlainString();
        return minus((factor.equals("1") ? "" : factor + "×") + "10" + superscript(power));
    }

    private static String superscript(int power) {
        var text = new StringBuilder(power < 0 ? "⁻" : "");
        Integer.toString(Math.abs(power)).chars().forEach(c -> text.append(SUPERSCRIPTS.charAt(c - '0')));
        return text.toString();
    }

    private static String minus(String number) {
        return number.startsWith("-") ? "−" + number.substring(1) : number;
    }

    /** {@return the decimal that {@code Double.toString} writes, 0.1 rather than its exact binary value} */
    private static BigDecimal decimal(double value) {
        return BigDecimal.valueOf(value);
    }

    private static boolean contains(double[] values, double value) {
        for (double v : values) {
            if (v == value) {
                return true;
            }
        }
        return false;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
