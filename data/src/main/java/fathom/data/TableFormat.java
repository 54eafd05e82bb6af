package fathom.data;

import java.nio.file.Path;
import java.util.List;

/** A file format of tables, provided as a service: {@link Table#read} finds it by the ending of a file's name. */
public interface TableFormat {
    /** {@return the endings of the names of its files, in lower case, such as {@code .parquet}} */
    List<String> endings();

    /**
     * {@return the table in a file}
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     * @throws fathom.FathomException if it is damaged
     */
    Table read(Path file);
}
