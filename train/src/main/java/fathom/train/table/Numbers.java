package fathom.train.table;

import java.util.Locale;

/** Formats numbers of any size with the digits that say something. */
final class Numbers {
    private Numbers() {}

    /** {@return a number with thousands separated and about five digits, but no more decimals than it has} */
    static String format(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return String.valueOf(value);
        }
        if (size >= 1e15 || size > 0 && size < 1e-4) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        int decimals = size == 0 ? 0 : Math.clamp(4 - (int) Math.floor(Math.log10(size)), 0, 6);
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
