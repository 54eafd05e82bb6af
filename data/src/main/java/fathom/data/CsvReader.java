package fathom.data;

import fathom.FathomException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.dflib.DataFrame;
import org.dflib.Series;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV into a frame of typed columns. It uses the parser under DFLib's loader directly, because the loader
 * truncates rows with too many fields and does not report the line of a row with too few.
 */
final class CsvReader {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /**
     * The limit of columns: a column takes a few hundred bytes of memory, but its name perhaps one byte of the file.
     */
    private static final int MOST_COLUMNS = 1 << 20;

    private final String source;
    private final CsvOptions options;

    CsvReader(String source, CsvOptions options) {
        this.source = source;
        this.options = options;
    }

    DataFrame read(Reader reader) throws IOException {
        try {
            return parse(reader);
        } catch (CharacterCodingException e) {
            throw new FathomException("%s: not a text file in %s".formatted(source, options.charset), e);
        }
    }

    private DataFrame parse(Reader reader) throws IOException {
        var buffered = new BufferedReader(reader);
        skipByteOrderMark(buffered);
        char delimiter = options.delimiter;
        boolean numbered = options.numbered;
        if (options.detects) {
            CsvFormat found = CsvFormat.detect(buffered);
            delimiter = found.delimiter();
            numbered |= !found.hasHeader();
        }
        CSVFormat format = CSVFormat.DEFAULT.builder().setDelimiter(delimiter).setIgnoreEmptyLines(true).build();
        try (CSVParser parser = CSVParser.parse(buffered, format)) {
            Iterator<CSVRecord> records = parser.iterator();
            List<String> names = options.header;
            CSVRecord unread = null;
            if (names.isEmpty()) {
                if (!advance(records)) {
                    throw malformed(1, "there is no header line; the file is empty");
                }
                CSVRecord first = records.next();
                if (numbered) {
                    unread = first;
                    names = IntStream.range(0, first.size()).mapToObj(Integer::toString).toList();
                } else {
                    names = names(first);
                }
            }
            var columns = new ArrayList<List<@Nullable String>>();
            names.forEach(n -> columns.add(new ArrayList<>()));
            while (unread != null || advance(records)) {
                CSVRecord r = unread != null ? unread : records.next();
                unread = null;
                if (r.size() != columns.size()) {
                    throw malformed(
                            parser.getCurrentLineNumber(),
                            String.format(
                                    Locale.ROOT,
                                    "%d field%s, but there are %d columns",
                                    r.size(),
                                    r.size() == 1 ? "" : "s",
                                    columns.size()));
                }
                for (int i = 0; i < columns.size(); i++) {
                    String text = r.get(i).strip();
                    columns.get(i).add(options.missing.contains(text) ? null : text);
                }
            }
            var typed = new Series<?>[columns.size()];
            for (int i = 0; i < typed.length; i++) {
                typed[i] =
                        options.isText(names.get(i))
                                ? Series.of(columns.get(i).toArray(String[]::new))
                                : ColumnTypes.infer(columns.get(i));
            }
            return DataFrame.byColumn(names.toArray(String[]::new)).of(typed);
        }
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
    }

    private boolean advance(Iterator<CSVRecord> records) throws IOException {
        try {
            return records.hasNext();
        } catch (UncheckedIOException e) {
            Throwable cause = e.getCause();
            if (cause instanceof CharacterCodingException coding) {
                throw coding;
            }
            // the parser's own message names the line
            String reason = String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
            throw new FathomException("%s: malformed CSV: %s".formatted(source, withDigits(reason)), e);
        }
    }

    /**
     * {@return a text with the digits of other scripts replaced by 0 to 9: the parser formats its messages in the JVM's
     * locale}
     */
    private static String withDigits(String text) {
        return text.codePoints()
                .map(c -> Character.isDigit(c) ? '0' + Character.digit(c, 10) : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** {@return the column names; empty and duplicate names are changed as in pandas} */
    private List<String> names(CSVRecord header) {
        if (header.size() > MOST_COLUMNS) {
            throw malformed(
                    1,
                    String.format(
                            Locale.ROOT,
                            "a header of %,d names; up to %,d columns are supported",
                            header.size(),
                            MOST_COLUMNS));
        }
        var names = new ArrayList<String>();
        var seen = new HashSet<String>();
        var next = new HashMap<String, Integer>(); // the next suffix to try for each name that occurred before
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).strip();
            name = name.isEmpty() ? "Unnamed: " + i : name;
            String unique = name;
            for (int k = next.getOrDefault(name, 1); !seen.add(unique); k++) {
                unique = name + "." + k;
                next.put(name, k + 1);
            }
            names.add(unique);
        }
        return names;
    }

    private FathomException malformed(long line, String what) {
        return new FathomException(String.format(Locale.ROOT, "%s, line %d: %s", source, line, what));
    }
}
