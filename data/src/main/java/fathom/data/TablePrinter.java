package fathom.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.dflib.BooleanSeries;
import org.dflib.DataFrame;
import org.dflib.DoubleSeries;
import org.dflib.Series;

/** Formats a table as pandas does: row indices, then right-aligned columns. */
final class TablePrinter {
    private static final int MOST_ROWS = 60;
    private static final int END = 5;

    private TablePrinter() {}

    static String print(DataFrame frame) {
        int rows = frame.height();
        if (rows == 0 || frame.width() == 0) {
            return String.format(
                    Locale.ROOT, "Empty table, %d rows, columns: %s", rows, List.of(frame.getColumnsIndex().toArray()));
        }
        boolean cut = rows > MOST_ROWS;
        int[] shown =
                cut
                        ? IntStream.concat(IntStream.range(0, END), IntStream.range(rows - END, rows)).toArray()
                        : IntStream.range(0, rows).toArray();
        var columns = new ArrayList<List<String>>();
        columns.add(rowNumbers(shown, cut));
        for (int c = 0; c < frame.width(); c++) {
            columns.add(column(frame.getColumnsIndex().get(c), frame.getColumn(c), shown, cut));
        }
        var lines = new ArrayList<String>();
        for (int line = 0; line < columns.getFirst().size(); line++) {
            var text = new StringBuilder();
            for (List<String> column : columns) {
                text.append(column.get(line));
            }
            lines.add(text.toString());
        }
        if (cut) {
            lines.add("");
            lines.add(String.format(Locale.ROOT, "[%d rows x %d columns]", rows, frame.width()));
        }
        return String.join("\n", lines);
    }

    /** The row indices, left-aligned. */
    private static List<String> rowNumbers(int[] shown, boolean cut) {
        var cells = new ArrayList<String>();
        cells.add("");
        for (int row : shown) {
            cells.add(Integer.toString(row));
        }
        if (cut) {
            cells.add(1 + END, "..");
        }
        int width = cells.stream().mapToInt(String::length).max().orElse(0);
        return cells.stream().map(c -> c + " ".repeat(width - c.length())).toList();
    }

    private static List<String> column(String name, Series<?> s, int[] shown, boolean cut) {
        boolean numeric = ColumnTypes.isNumeric(s) || s instanceof BooleanSeries;
        int decimals = s instanceof DoubleSeries d ? decimals(d, shown) : 0;
        var cells = new ArrayList<String>();
        cells.add(numeric ? " " + name : name);
        for (int row : shown) {
            cells.add(" " + cell(s, row, decimals));
        }
        if (cut) {
            cells.add(1 + END, "...");
        }
        int width = 1 + cells.stream().mapToInt(String::length).max().orElse(0);
        return cells.stream().map(c -> " ".repeat(width - c.length()) + c).toList();
    }

    private static String cell(Series<?> s, int row, int decimals) {
        if (ColumnTypes.isMissing(s, row)) {
            return "NaN";
        }
        return switch (s) {
            case DoubleSeries d -> number(d.getDouble(row), decimals);
            case BooleanSeries b -> b.getBool(row) ? "True" : "False";
            default -> String.valueOf(s.get(row));
        };
    }

    private static String number(double value, int decimals) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return String.format(Locale.ROOT, decimals < 0 ? "%.6e" : "%." + decimals + "f", value);
    }

    /**
     * {@return the number of decimals, from 1 to 6, that the column needs; -1 where its numbers are too large or too
     * small for that}
     */
    private static int decimals(DoubleSeries s, int[] shown) {
        int needed = 1;
        for (int row : shown) {
            double value = s.getDouble(row);
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                continue;
            }
            double size = Math.abs(value);
            if (size >= 1e12 || (size > 0 && size < 1e-6)) {
                return -1;
            }
            String digits = String.format(Locale.ROOT, "%.6f", value);
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            needed = Math.max(needed, end - 1 - digits.indexOf('.'));
        }
        return needed;
    }
}
