package fathom.data;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Options for reading CSV files: {@code Table.readCsv(path, o -> o.delimiter(';'))}. */
public final class CsvOptions {
    /** The texts that denote a missing value, as in pandas. */
    private static final Set<String> MISSING =
            Set.of(
                    "",
                    "#N/A",
                    "#N/A N/A",
                    "#NA",
                    "-1.#IND",
                    "-1.#QNAN",
                    "-NaN",
                    "-nan",
                    "1.#IND",
                    "1.#QNAN",
                    "<NA>",
                    "N/A",
                    "NA",
                    "NULL",
                    "NaN",
                    "None",
                    "n/a",
                    "nan",
                    "null");

    char delimiter = ',';
    Charset charset = StandardCharsets.UTF_8;
    List<String> header = List.of();
    Set<String> missing = MISSING;
    boolean numbered;
    boolean detects;
    boolean allText;
    Set<String> text = Set.of();

    CsvOptions() {}

    /** The field separator. Default: a comma. */
    public CsvOptions delimiter(char delimiter) {
        this.delimiter = delimiter;
        return this;
    }

    /** The encoding of the file. Default: UTF-8. */
    public CsvOptions charset(Charset charset) {
        this.charset = charset;
        return this;
    }

    /** The names of the columns, for a file without a header line. Default: the first line is the header. */
    public CsvOptions header(String... names) {
        this.header = List.of(names);
        return this;
    }

    /**
     * The file has no header line; columns are named {@code 0}, {@code 1}, ..., as by pandas' {@code header=None}.
     * Default: the first line is the header.
     */
    public CsvOptions noHeader() {
        this.numbered = true;
        return this;
    }

    /**
     * Whether delimiter and header are found from the file's first lines: the delimiter is the one of comma, semicolon,
     * tab and vertical bar that divides them into the same number of fields, and a first line of numbers only is no
     * header ({@link #noHeader}). Default: no.
     */
    public CsvOptions detectFormat(boolean detect) {
        this.detects = detect;
        return this;
    }

    /**
     * The columns that hold text whatever it looks like, such as postal codes: 01234 stays 01234. Names that the file
     * does not have are ignored. Default: none.
     */
    public CsvOptions text(String... columns) {
        this.text = Set.of(columns);
        return this;
    }

    /** All columns hold text. Default: their types are inferred. */
    public CsvOptions allText() {
        this.allText = true;
        return this;
    }

    boolean isText(String column) {
        return allText || text.contains(column);
    }

    /** The texts that denote a missing value. Default: those of pandas, {@code NA}, {@code nan}, the empty text, ... */
    public CsvOptions missing(String... texts) {
        this.missing = Set.of(texts);
        return this;
    }
}
