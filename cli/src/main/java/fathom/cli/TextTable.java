package fathom.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A table of texts in aligned columns. */
final class TextTable {
    private final boolean[] isNumber;
    private final List<String[]> lines = new ArrayList<>();

    /**
     * A table without lines.
     *
     * @param titles the titles of the columns; those that begin with {@code >} are aligned right
     */
    TextTable(String... titles) {
        isNumber = new boolean[titles.length];
        var head = new String[titles.length];
        for (int i = 0; i < titles.length; i++) {
            isNumber[i] = titles[i].startsWith(">");
            head[i] = isNumber[i] ? titles[i].substring(1) : titles[i];
        }
        lines.add(head);
    }

    void add(String... line) {
        lines.add(line);
    }

    void print(PrintWriter out) {
        var widths = new int[isNumber.length];
        for (String[] line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        for (String[] line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String gap = " ".repeat(widths[i] - line[i].length());
                text.append(isNumber[i] ? gap + line[i] : line[i] + gap).append("  ");
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
