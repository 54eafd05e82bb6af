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

    /** The texts that denote a missing value. Default: those of pandas, {@code NA}, {@code nan}, the empty text, ... */
    public CsvOptions missing(String... texts) {
        this.missing = Set.of(texts);
        return this;
    }
}
