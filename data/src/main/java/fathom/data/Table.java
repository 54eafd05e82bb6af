package fathom.data;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import fathom.services.Services;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.dflib.DataFrame;
import org.dflib.DoubleSeries;
import org.dflib.LongSeries;
import org.dflib.Series;
import org.dflib.csv.Csv;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table of named columns, between a CSV file and a tensor. Operations return new tables; results are those
 * of pandas.
 *
 * {@snippet :
 * var data = Table.readCsv(Path.of("house_tiny.csv"));
 * var inputs = data.select("NumRooms", "Alley").fillMissingWithMean().oneHot(true);
 * Tensor x = inputs.toTensor();
 * Tensor y = data.tensor("Price");
 * }
 *
 * <p>A column holds integers, floating-point numbers, booleans or text. For further operations use DFLib on {@link
 * #frame()}.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/pandas.html">Dive into Deep Learning, Data Preprocessing</a>
 */
public final class Table {
    /** The maximum length of a Java array. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

    private final DataFrame frame;
    private final ColumnNames names;

    private Table(DataFrame frame) {
        this.frame = frame;
        names = new ColumnNames(List.of(frame.getColumnsIndex().toArray()));
    }

    /** {@return a table of the columns of a DFLib frame} */
    public static Table of(DataFrame frame) {
        var columns = new Series<?>[frame.width()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnTypes.normalize(frame.getColumn(i));
        }
        return new Table(DataFrame.byColumn(frame.getColumnsIndex()).of(columns));
    }

    /**
     * {@return a table of columns by name, in the map's order}
     *
     * @param columns numbers, booleans or texts, null where they are missing
     * @throws IllegalArgumentException if columns differ in length
     */
    public static Table ofColumns(Map<String, ? extends List<?>> columns) {
        var series = new ArrayList<Series<?>>();
        columns.forEach((name, values) -> {
            if (!series.isEmpty() && values.size() != series.getFirst().size()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "Table: column '%s' has %d values, the first one has %d",
                                name,
                                values.size(),
                                series.getFirst().size()));
            }
            series.add(Series.of(values.toArray()));
        });
        return of(DataFrame.byColumn(columns.keySet().toArray(String[]::new)).of(series.toArray(Series[]::new)));
    }

    /**
     * {@return the table with a further column, or another one in the place of the column of that name}
     *
     * @param values one for each row, null where missing
     */
    public Table with(String name, List<?> values) {
        if (values.size() != rows()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "with: %d values of column '%s' for %d rows", values.size(), name, rows()));
        }
        var columns = new LinkedHashMap<String, List<?>>();
        columns().forEach(c -> columns.put(c, column(c).toList()));
        columns.put(name, values);
        return ofColumns(columns);
    }

    /**
     * Reads a file in the format that the ending of its name tells: Parquet with the module {@code fathom.parquet}, and
     * others that are provided as a {@link TableFormat}; any other file as CSV, whose delimiter and header are found
     * from its first lines.
     *
     * @param options options for CSV files, such as columns of text
     * @throws UncheckedIOException if the file cannot be read
     * @throws fathom.FathomException if it is malformed, or a Parquet file and the module is not there
     */
    public static Table read(Path file, Consumer<CsvOptions> options) {
        var format = Formats.of(file);
        if (format.isPresent()) {
            return format.get().read(file);
        }
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
            throw new FathomException(
                    file + ": reading Parquet needs the module fathom.parquet (artifact fathom-parquet) on the path");
        }
        return readCsv(file, options.andThen(o -> o.detectFormat(true)));
    }

    /** As {@link #read(Path, Consumer)}, without options. */
    public static Table read(Path file) {
        return read(file, o -> {});
    }

    /** As {@link #readCsv(Path, Consumer)}, with the defaults: commas, UTF-8, a header line. */
    public static Table readCsv(Path file) {
        return readCsv(file, o -> {});
    }

    /**
     * Reads a CSV file and infers the types of columns; a column of integers with missing values becomes
     * floating-point.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws fathom.FathomException naming file and line, if a row has too few or too many fields, a quote is not
     *     closed, or the bytes are not valid text
     */
    public static Table readCsv(Path file, Consumer<CsvOptions> options) {
        var o = new CsvOptions();
        options.accept(o);
        try {
            InputFiles.check(file);
            try (var reader = new InputStreamReader(Files.newInputStream(file), o.charset.newDecoder())) {
                return new Table(new CsvReader(file.toString(), o).read(reader));
            }
        } catch (FileSystemException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** As {@link #readCsv(Path, Consumer)}, from a reader. */
    public static Table readCsv(Reader reader, Consumer<CsvOptions> options) {
        var o = new CsvOptions();
        options.accept(o);
        try {
            return new Table(new CsvReader("CSV", o).read(reader));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a CSV file atomically (to a temporary file that is then renamed); missing values are empty.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void writeCsv(Path file) {
        var columns = new Series<?>[width()];
        for (int c = 0; c < columns.length; c++) {
            Series<?> s = column(c);
            columns[c] =
                    s instanceof DoubleSeries d
                            ? Series.of(d.toList().stream().map(v -> Double.isNaN(v) ? null : v).toArray())
                            : s;
        }
        DataFrame written = DataFrame.byColumn(frame.getColumnsIndex()).of(columns);
        try {
            AtomicFiles.write(
                    file,
                    channel -> {
                        var text = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
                        Csv.saver().save(written, text);
                        text.flush();
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    // ---- inspection --------------------------------------------------------------------------------------------

    /** {@return the columns as a DFLib frame: long, double, boolean or text} */
    public DataFrame frame() {
        return frame;
    }

    /** {@return the number of rows} */
    public int rows() {
        return frame.height();
    }

    /** {@return the number of columns} */
    public int width() {
        return frame.width();
    }

    /** {@return the names of the columns} */
    public List<String> columns() {
        return names.all();
    }

    private Series<?> column(int i) {
        return frame.getColumn(i);
    }

    Series<?> column(String name) {
        return frame.getColumn(position(name));
    }

    private int position(String name) {
        return names.position(name);
    }

    /** {@return whether a column holds integers or floating-point numbers} */
    public boolean isNumeric(String column) {
        return ColumnTypes.isNumeric(column(column));
    }

    /** {@return the values of a column as text, null where they are missing} */
    public List<@Nullable String> texts(String column) {
        Series<?> s = column(column);
        var texts = new ArrayList<@Nullable String>(s.size());
        for (int r = 0; r < s.size(); r++) {
            texts.add(s.get(r) instanceof String text ? text : ColumnTypes.text(s, r));
        }
        return Collections.unmodifiableList(texts);
    }

    /** {@return the number of missing values per column} */
    public Map<String, Integer> missing() {
        var counts = new LinkedHashMap<String, Integer>();
        columns().forEach(name -> counts.put(name, ColumnTypes.missing(column(name))));
        return counts;
    }

    /** {@return the mean of a column's non-missing values} */
    public double mean(String column) {
        return ColumnTypes.mean(numeric("mean", column));
    }

    /** {@return the sample standard deviation of a column's non-missing values, with divisor n - 1} */
    public double std(String column) {
        return ColumnTypes.std(numeric("std", column));
    }

    private Series<?> numeric(String operation, String column) {
        Series<?> s = column(column);
        if (ColumnTypes.isText(s)) {
            throw new IllegalArgumentException("%s: column '%s' holds text".formatted(operation, column));
        }
        return s;
    }

    // ---- selection
    // ----------------------------------------------------------------------------------------------------

    /**
     * {@return the columns of these names, in this order}
     *
     * @throws IllegalArgumentException if there is no column of a name
     */
    public Table select(String... names) {
        return select(Arrays.stream(names).mapToInt(this::position).toArray());
    }

    /** {@return the columns with these indices, from 0} */
    public Table select(int... columns) {
        for (int c : columns) {
            Objects.checkIndex(c, width());
        }
        return new Table(frame.cols(columns).select());
    }

    /**
     * {@return the table without the columns of these names}
     *
     * @throws IllegalArgumentException if there is no column of a name
     */
    public Table drop(String... names) {
        Set<Integer> out = new LinkedHashSet<>();
        for (String name : names) {
            out.add(position(name));
        }
        return select(IntStream.range(0, width()).filter(c -> !out.contains(c)).toArray());
    }

    /** {@return the rows {@code from} (inclusive) to {@code to} (exclusive)} */
    public Table range(int from, int to) {
        Objects.checkFromToIndex(from, to, rows());
        return pick(IntStream.range(from, to).toArray());
    }

    /**
     * {@return the table with a column of numbers, which replaces the one of the same name or is added as the last}
     *
     * @param values {@code [rows]}: floating-point numbers, or integers and booleans, which become integers
     * @throws IllegalArgumentException if the shape differs
     */
    public Table with(String name, Tensor values) {
        if (values.dim() != 1 || values.size(0) != rows()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "with: expected %d values for column '%s', got shape %s",
                            rows(),
                            name,
                            values.shape()));
        }
        Series<?> column =
                values.dtype().isFloating()
                        ? Series.ofDouble(values.to(DType.FLOAT64).toDoubleArray())
                        : Series.ofLong(values.to(DType.INT64).toLongArray());
        var columns = new LinkedHashMap<String, Series<?>>();
        columns().forEach(c -> columns.put(c, column(c)));
        columns.put(name, column);
        return new Table(
                DataFrame.byColumn(columns.keySet().toArray(String[]::new))
                        .of(columns.values().toArray(Series<?>[]::new)));
    }

    Table pick(int[] rows) {
        return of(frame.rows(rows).select());
    }

    /**
     * {@return the rows of this table followed by those of another one with the same columns}
     *
     * @throws IllegalArgumentException if the columns differ
     */
    public Table concat(Table below) {
        if (!columns().equals(below.columns())) {
            throw new IllegalArgumentException("concat: columns differ: " + names.difference(below.names));
        }
        return of(frame.vConcat(below.frame));
    }

    /**
     * Splits the rows randomly into two parts.
     *
     * @param fraction the fraction of the rows in the first part, from 0 to 1
     * @param seed the same seed gives the same parts
     */
    public Split split(double fraction, long seed) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("split: expected a fraction from 0 to 1, got " + fraction);
        }
        long[] order = Shuffle.permutation(rows(), new SplittableRandom(seed));
        int[] rows = Arrays.stream(order).mapToInt(i -> (int) i).toArray();
        int first = (int) Math.round(rows() * fraction);
        return new Split(pick(Arrays.copyOf(rows, first)), pick(Arrays.copyOfRange(rows, first, rows.length)));
    }

    /**
     * A table in two parts.
     *
     * @param train the training rows
     * @param test the remaining rows
     */
    public record Split(Table train, Table test) {}

    // ---- missing values -------------------------------------------------------------------------------------------

    /** {@return the table with the missing values of each numeric column replaced by the column's mean} */
    public Table fillMissingWithMean() {
        return fillMissingWithMean(this);
    }

    /** As {@link #fillMissingWithMean()}, with the means of another table, such as the training data. */
    public Table fillMissingWithMean(Table other) {
        return mapNumbers(name -> fill(column(name), ColumnTypes.mean(other.numeric("mean", name))));
    }

    /** {@return the table with the missing values of all numeric columns replaced by a number} */
    public Table fillMissing(double value) {
        return mapNumbers(name -> fill(column(name), value));
    }

    private static Series<?> fill(Series<?> s, double value) {
        if (!(s instanceof DoubleSeries d)) {
            return s;
        }
        double[] values = d.toDoubleArray().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.isNaN(values[i]) ? value : values[i];
        }
        return Series.ofDouble(values);
    }

    /** {@return the table with the missing values of one text column replaced} */
    public Table fillMissing(String column, String text) {
        int c = position(column);
        if (!ColumnTypes.isText(column(c))) {
            throw new IllegalArgumentException("fillMissing: column '%s' holds no text".formatted(column));
        }
        Series<?>[] columns = all();
        columns[c] =
                Series.of(
                        frame.<String>getColumn(c).toList().stream()
                                .map(v -> v == null ? text : v)
                                .toArray(String[]::new));
        return with(columns);
    }

    /** {@return the rows without missing values} */
    public Table dropMissingRows() {
        return withoutMissing(all());
    }

    /** {@return the rows without missing values in the given columns} */
    public Table dropMissingRows(String... columns) {
        return withoutMissing(Arrays.stream(columns).map(this::column).toArray(Series<?>[]::new));
    }

    private Table withoutMissing(Series<?>[] columns) {
        return pick(
                IntStream.range(0, rows())
                        .filter(r -> Arrays.stream(columns).noneMatch(s -> ColumnTypes.isMissing(s, r)))
                        .toArray());
    }

    /** {@return the columns without missing values} */
    public Table dropMissingColumns() {
        return select(IntStream.range(0, width()).filter(c -> ColumnTypes.missing(column(c)) == 0).toArray());
    }

    /**
     * {@return the table without the column that has the most missing values (the first of several); itself if none has
     * any}
     */
    public Table dropColumnWithMostMissing() {
        int most = -1;
        int count = 0;
        for (int c = 0; c < width(); c++) {
            int n = ColumnTypes.missing(column(c));
            if (n > count) {
                count = n;
                most = c;
            }
        }
        return most < 0 ? this : drop(columns().get(most));
    }

    // ---- encoding ----------------------------------------------------------------------------------

    /**
     * {@return the table with each text column one-hot encoded: one column of 0 and 1 per category, named such as
     * {@code Alley_Pave}, in alphabetical order, after the other columns; pandas' {@code get_dummies}}
     *
     * @param missing whether missing values get a column of their own, {@code Alley_nan}; otherwise their rows are all
     *     0
     */
    public Table oneHot(boolean missing) {
        return oneHot(missing, this);
    }

    /**
     * As {@link #oneHot(boolean)}, with the categories of another table, so that both have the same columns; unknown
     * categories become rows of 0.
     *
     * @param like a table with the same columns, such as the training data
     */
    public Table oneHot(boolean missing, Table like) {
        var names = new ArrayList<String>();
        var columns = new ArrayList<Series<?>>();
        for (int c = 0; c < width(); c++) {
            if (!ColumnTypes.isText(column(c))) {
                names.add(columns().get(c));
                columns.add(column(c));
            }
        }
        for (int c = 0; c < width(); c++) {
            if (ColumnTypes.isText(column(c))) {
                String name = columns().get(c);
                List<?> values = column(c).toList();
                var categories = new TreeSet<String>();
                like.column(name).toList().stream().filter(Objects::nonNull).forEach(v -> categories.add(v.toString()));
                for (String category : categories) {
                    names.add(name + "_" + category);
                    columns.add(Series.ofLong(values.stream().mapToLong(v -> category.equals(v) ? 1 : 0).toArray()));
                }
                if (missing) {
                    names.add(name + "_nan");
                    columns.add(Series.ofLong(values.stream().mapToLong(v -> v == null ? 1 : 0).toArray()));
                }
            }
        }
        return new Table(DataFrame.byColumn(names.toArray(String[]::new)).of(columns.toArray(Series[]::new)));
    }

    /** {@return the table with each numeric column standardised to mean 0 and standard deviation 1} */
    public Table standardize() {
        return standardize(this);
    }

    /**
     * As {@link #standardize()}, with the means and standard deviations of another table, such as the training data. A
     * constant column is only centred.
     */
    public Table standardize(Table other) {
        return mapNumbers(name -> {
            Series<?> reference = other.numeric("standardize", name);
            double mean = ColumnTypes.mean(reference);
            double std = ColumnTypes.std(reference);
            double divisor = std > 0 ? std : 1;
            Series<?> s = column(name);
            return Series.ofDouble(
                    IntStream.range(0, s.size())
                            .mapToDouble(r -> (ColumnTypes.number(s, r) - mean) / divisor)
                            .toArray());
        });
    }

    private Table mapNumbers(Function<String, Series<?>> f) {
        Series<?>[] columns = all();
        for (int c = 0; c < columns.length; c++) {
            if (ColumnTypes.isNumeric(columns[c])) {
                columns[c] = f.apply(columns().get(c));
            }
        }
        return with(columns);
    }

    private Series<?>[] all() {
        return IntStream.range(0, width()).<Series<?>>mapToObj(this::column).toArray(Series<?>[]::new);
    }

    private Table with(Series<?>[] columns) {
        return new Table(DataFrame.byColumn(frame.getColumnsIndex()).of(columns));
    }

    // ---- tensors --------------------------------------------------------------------------------------------------

    /**
     * {@return all columns as {@code [rows, columns]}: int64 if all hold integers or booleans, else float64 with NaN
     * for missing values}
     *
     * @throws IllegalArgumentException if a column holds text
     */
    public Tensor toTensor() {
        boolean integers = Arrays.stream(all()).noneMatch(s -> s instanceof DoubleSeries);
        for (String name : columns()) {
            requireNumbers(name);
        }
        int n = rows();
        int m = width();
        if ((long) n * m > MOST_VALUES) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "toTensor: %,d rows of %,d columns exceed %,d values; convert fewer columns or rows at a time",
                            n,
                            m,
                            MOST_VALUES));
        }
        if (integers) {
            var values = new long[n * m];
            fill(
                    m,
                    (at, s, r) ->
                            values[at] = s instanceof LongSeries l ? l.getLong(r) : (long) ColumnTypes.number(s, r));
            return Tensors.tensor(values).reshape(n, m);
        }
        var values = new double[n * m];
        fill(m, (at, s, r) -> values[at] = ColumnTypes.number(s, r));
        return Tensors.tensor(values, DType.FLOAT64).reshape(n, m);
    }

    private interface Cell {
        void set(int at, Series<?> column, int row);
    }

    private void fill(int width, Cell cell) {
        for (int c = 0; c < width; c++) {
            Series<?> s = column(c);
            for (int r = 0; r < s.size(); r++) {
                cell.set(r * width + c, s, r);
            }
        }
    }

    /** {@return all columns as {@code [rows, columns]} of the given type} */
    public Tensor toTensor(DType dtype) {
        return toTensor().to(dtype);
    }

    /**
     * {@return one column as {@code [rows]}: int64 or float64}
     *
     * @throws IllegalArgumentException if it holds text
     */
    public Tensor tensor(String column) {
        return select(column).toTensor().reshape(rows());
    }

    private void requireNumbers(String name) {
        Series<?> s = column(name);
        if (ColumnTypes.isText(s)) {
            int row = 0;
            while (row < s.size() - 1 && s.get(row) == null) {
                row++;
            }
            throw new IllegalArgumentException(
                    "toTensor: column '%s' holds text%s; encode it with oneHot, or drop it"
                            .formatted(
                                    name,
                                    s.size() == 0
                                            ? ""
                                            : String.format(Locale.ROOT, ", such as '%s' in row %d", s.get(row), row)));
        }
    }

    /**
     * {@return a data set in float32 with the given columns as labels {@code [labels]} and all others as features
     * {@code [features]}}
     *
     * @throws IllegalArgumentException if there is no column of a name, or a column holds text
     */
    public TensorDataset dataset(String... labels) {
        return new TensorDataset(drop(labels).toTensor(DType.FLOAT32), select(labels).toTensor(DType.FLOAT32));
    }

    /** {@return the table as pandas prints it; the first and last five rows if there are more than 60} */
    @Override
    public String toString() {
        return TablePrinter.print(frame);
    }

    /** The file formats of tables on the module path and the class path. */
    private static final class Formats {
        private static final class Found {
            static final List<TableFormat> ALL = load();
        }

        private Formats() {}

        private static List<TableFormat> load() {
            ModuleLayer layer = Table.class.getModule().getLayer();
            List<ServiceLoader<TableFormat>> loaders =
                    layer == null
                            ? List.of(ServiceLoader.load(TableFormat.class, Table.class.getClassLoader()))
                            : List.of(
                                    ServiceLoader.load(layer, TableFormat.class),
                                    ServiceLoader.load(TableFormat.class));
            return Services.load(TableFormat.class, loaders, Object::getClass);
        }

        /** {@return the format of a file, by the ending of its name} */
        static Optional<TableFormat> of(Path file) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            return Found.ALL.stream().filter(f -> f.endings().stream().anyMatch(name::endsWith)).findFirst();
        }
    }
}
