package fathom.bench.report;

import fathom.bench.work.Row;
import java.util.Locale;

/** Formats values with three digits and a suitable unit. */
final class Figures {
    private Figures() {}

    /** {@return a row's value in its own unit} */
    static String of(Row row, double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return switch (row.figure()) {
            case TIME -> scaled(value, "s", 1e-9, "ns", "us", "ms");
            case FLOPS -> digits(row.work().flops() / value / 1e9) + " GFLOP/s";
            case EXAMPLES -> digits(row.work().examples() / value) + " ex/s";
            case TOKENS -> digits(row.work().examples() / value) + " tokens/s";
            case WORDS -> digits(row.work().examples() / value) + " words/s";
            case BYTES -> digits(value / 1e6) + " MB";
        };
    }

    private static String scaled(double value, String whole, double least, String... units) {
        double scale = least;
        for (String unit : units) {
            if (value < 999.5 * scale) {
                return digits(value / scale) + " " + unit;
            }
            scale *= 1e3;
        }
        return digits(value) + " " + whole;
    }

    /** {@return three significant digits, or the whole integer part if it is longer} */
    static String digits(double value) {
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
