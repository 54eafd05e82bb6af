package fathom.train.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of text, with columns aligned at the right. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(List<String> head) {
        rows.add(List.copyOf(head));
    }

    void add(List<String> row) {
        rows.add(List.copyOf(row));
    }

    /** {@return a value: numbers with four significant digits} */
    static String text(Object value) {
        if (!(value instanceof Double d)) {
            return String.valueOf(value);
        }
        double size = Math.abs(d);
        if (!Double.isFinite(d) || d == 0) {
            return d == 0 ? "0" : Double.toString(d);
        }
        return size >= 1e-3 && size < 1e6
                ? String.format(Locale.ROOT, "%." + (int) Math.clamp(3 - Math.floor(Math.log10(size)), 0, 6) + "f", d)
                : String.format(Locale.ROOT, "%.3e", d);
    }

    @Override
    public String toString() {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                text.append(c == 0 ? "" : "  ").append(" ".repeat(widths[c] - row.get(c).length())).append(row.get(c));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
