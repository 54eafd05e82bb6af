package fathom.parquet;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.FileSchema;
import dev.hardwood.schema.SchemaNode;
import fathom.FathomException;
import fathom.data.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads Parquet files as tables: integers, floating-point numbers, booleans and text; decimals become floating-point
 * numbers, dates and times text as ISO 8601 has it. Columns of integers with missing values become floating-point, as
 * those of CSV files.
 */
public final class ParquetTable {
    /** Held here, since loggers without a reference lose their level. */
    private static final Logger READER = Logger.getLogger("dev.hardwood");

    static {
        if (READER.getLevel() == null) {
            READER.setLevel(Level.WARNING); // it reports its choice of instructions and codecs as INFO
        }
    }

    /** The time without a further row after which a file is refused: on damaged files the reader may wait for ever. */
    static Duration patience = Duration.ofSeconds(60);

    private ParquetTable() {}

    /**
     * {@return all columns of a file}
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws FathomException if it is not a Parquet file, is damaged, or has a column of lists, maps or structs
     */
    public static Table read(Path file) {
        return read(file, ColumnProjection.all(), null);
    }

    /**
     * {@return some columns of a file, in this order; others are not read}
     *
     * @throws IllegalArgumentException if there is no column of a name
     * @throws UncheckedIOException if the file cannot be read
     * @throws FathomException if it is not a Parquet file, is damaged, or one of these columns holds lists, maps or
     *     structs
     */
    public static Table read(Path file, String... columns) {
        return read(file, ColumnProjection.columns(columns), List.of(columns));
    }

    private static Table read(Path file, ColumnProjection projection, @Nullable List<String> names) {
        if (!Files.isRegularFile(file)) {
            throw new UncheckedIOException(
                    file + ": the file does not exist", new NoSuchFileException(file.toString()));
        }
        return new Watched(file, patience).run(rows -> read(file, projection, names, rows));
    }

    private static Table read(
            Path file, ColumnProjection projection, @Nullable List<String> names, AtomicLong progress) {
        try (var input = InputFile.of(file);
                var reader = ParquetFileReader.open(input)) {
            List<String> wanted = names == null ? fields(reader.getFileSchema()) : names;
            check(file, reader.getFileSchema(), wanted);
            try (RowReader rows = reader.buildRowReader().projection(projection).build()) {
                return read(rows, wanted, progress);
            }
        } catch (FileSystemException e) {
            throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        } catch (IOException e) {
            throw damaged(file, e);
        } catch (FathomException | IllegalArgumentException e) {
            if (e instanceof FathomException || e instanceof UnknownColumnException) {
                throw e;
            }
            throw damaged(file, e);
        } catch (RuntimeException | LinkageError e) { // what the reader throws on damaged files, and without a codec
            throw damaged(file, e);
        }
    }

    static FathomException damaged(Path file, Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new FathomException("%s: not a Parquet file that can be read: %s".formatted(file, reason), e);
    }

    private static final class UnknownColumnException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        UnknownColumnException(String message) {
            super(message);
        }
    }

    private static List<String> fields(FileSchema schema) {
        return schema.getRootNode().children().stream().map(SchemaNode::name).toList();
    }

    private static void check(Path file, FileSchema schema, List<String> names) {
        Map<String, SchemaNode> fields = new LinkedHashMap<>();
        schema.getRootNode().children().forEach(f -> fields.put(f.name(), f));
        for (String name : names) {
            SchemaNode field = fields.get(name);
            if (field == null) {
                throw new UnknownColumnException(
                        "%s: there is no column '%s'; there are %s".formatted(file, name, fields.keySet()));
            }
            if (field instanceof SchemaNode.GroupNode) {
                List<String> flat =
                        fields.values().stream()
                                .filter(f -> !(f instanceof SchemaNode.GroupNode))
                                .map(SchemaNode::name)
                                .toList();
                throw new FathomException(
                        "%s: column '%s' holds lists, maps or structs, which a table cannot; columns without are %s (ParquetTable.read with names reads those alone)"
                                .formatted(file, name, flat));
            }
        }
    }

    private static Table read(RowReader rows, List<String> names, AtomicLong progress) {
        var columns = new LinkedHashMap<String, List<@Nullable Object>>();
        names.forEach(name -> columns.put(name, new ArrayList<>()));
        while (rows.hasNext()) {
            rows.next();
            progress.incrementAndGet();
            columns.forEach((name, values) -> values.add(rows.isNull(name) ? null : plain(rows.getValue(name))));
        }
        return Table.ofColumns(columns);
    }

    /** {@return a value as a table holds it} */
    private static Object plain(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Byte b -> (long) b;
            case Short s -> (long) s;
            case Integer i -> (long) i;
            case Long l -> l;
            case Number n -> n.doubleValue();
            case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
            default -> value.toString();
        };
    }
}
