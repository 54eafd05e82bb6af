package fathom.train;

import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Named columns of numbers, as in {@code metrics.csv} and {@code steps.csv}.
 *
 * @param columns the names
 * @param rows the rows, each with a number per column; NaN where there is none
 */
public record NumberTable(List<String> columns, List<double[]> rows) {
    /** A table without columns. */
    public static final NumberTable EMPTY = new NumberTable(List.of(), List.of());

    /** Takes copies of the lists; the rows are shared. */
    public NumberTable {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** {@return the table of a CSV file, as {@link #parse} reads it; {@link #EMPTY} if the file cannot be read} */
    static NumberTable read(Path file) {
        try {
            return parse(InputFiles.text(file));
        } catch (IOException e) {
            return EMPTY;
        }
    }

    /**
     * {@return the table of a CSV file that may be incomplete, since another process is writing it}
     *
     * <p>A line without its end is left out; so is one with another number of fields than the header. A field that is
     * not a number is NaN; the column with the run's id is left out.
     */
    public static NumberTable parse(String csv) {
        int headerEnd = csv.indexOf('\n');
        if (headerEnd < 0) {
            return EMPTY;
        }
        List<String> columns = List.of(csv.substring(0, headerEnd).strip().split(",", -1));
        var rows = new ArrayList<double[]>();
        int start = headerEnd + 1;
        for (int end = csv.indexOf('\n', start); end >= 0; end = csv.indexOf('\n', start)) {
            String[] fields = csv.substring(start, end).strip().split(",", -1);
            if (fields.length == columns.size()) {
                var row = new double[fields.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = number(fields[i]);
                }
                rows.add(row);
            }
            start = end + 1;
        }
        int id = columns.size() - 1;
        return columns.get(id).equals(RunFolder.RUN)
                ? new NumberTable(columns.subList(0, id), rows.stream().map(row -> Arrays.copyOf(row, id)).toList())
                : new NumberTable(columns, rows);
    }

    private static double number(String text) {
        try {
            return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /**
     * {@return a column's numbers, in the order of the rows}
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public double[] column(String name) {
        int i = columns.indexOf(name);
        if (i < 0) {
            throw new IllegalArgumentException("there is no column %s; there are %s".formatted(name, columns));
        }
        return rows.stream().mapToDouble(row -> row[i]).toArray();
    }
}
