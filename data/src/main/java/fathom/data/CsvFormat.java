package fathom.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of a CSV file, found from its first lines.
 *
 * @param hasHeader whether the first line names the columns: it does unless it holds numbers only
 */
record CsvFormat(char delimiter, boolean hasHeader) {
    private static final int LOOK_AHEAD = 1 << 16;
    private static final int LINES = 20;
    private static final char[] DELIMITERS = {',', ';', '\t', '|'};

    /** {@return the format; the reader stays where it is} */
    static CsvFormat detect(BufferedReader reader) throws IOException {
        reader.mark(LOOK_AHEAD);
        var buffer = new char[LOOK_AHEAD];
        int length = 0;
        int n = reader.read(buffer, 0, LOOK_AHEAD);
        while (n > 0) {
            length += n;
            n = length < LOOK_AHEAD ? reader.read(buffer, length, LOOK_AHEAD - length) : -1;
        }
        reader.reset();
        return of(lines(new String(buffer, 0, length), length == LOOK_AHEAD));
    }

    /** {@return the first lines that are not empty; line breaks between quotes do not end a line} */
    private static List<String> lines(String text, boolean truncated) {
        var lines = new ArrayList<String>();
        boolean quoted = false;
        int begin = 0;
        for (int i = 0; i <= text.length() && lines.size() < LINES; i++) {
            boolean end = i == text.length();
            char c = end ? '\n' : text.charAt(i);
            quoted ^= c == '"';
            if (c == '\n' && (!quoted || end) && !(end && truncated && !lines.isEmpty())) {
                String line = text.substring(begin, i).strip();
                if (!line.isEmpty()) {
                    lines.add(text.substring(begin, i).replace("\r", ""));
                }
                begin = i + 1;
            }
        }
        return lines;
    }

    private static CsvFormat of(List<String> lines) {
        char best = ',';
        int most = 1;
        for (char delimiter : DELIMITERS) {
            long[] counts = lines.stream().mapToLong(l -> fields(l, delimiter).size()).distinct().toArray();
            if (counts.length == 1 && counts[0] > most) {
                most = (int) counts[0];
                best = delimiter;
            }
        }
        boolean numbers =
                !lines.isEmpty()
                        && fields(lines.getFirst(), best).stream().allMatch(f -> ColumnTypes.isNumber(f.strip()));
        return new CsvFormat(best, !numbers);
    }

    /** {@return the fields of a line, with their quotes} */
    private static List<String> fields(String line, char delimiter) {
        var fields = new ArrayList<String>();
        boolean quoted = false;
        int begin = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted ^= c == '"';
            if (c == delimiter && !quoted) {
                fields.add(line.substring(begin, i));
                begin = i + 1;
            }
        }
        fields.add(line.substring(begin));
        return fields;
    }
}
