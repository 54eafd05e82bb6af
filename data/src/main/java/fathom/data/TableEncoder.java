package fathom.data;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.files.Excerpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.dflib.Series;
import org.jspecify.annotations.Nullable;

/**
 * The preprocessing of a table for a network: fitted on the training rows, applied to any others, saved with the model.
 * Numbers are standardised, with a missing one replaced by the mean and marked in a column of its own; categories are
 * one-hot encoded or, if a column has many, replaced by indices for an embedding; a numeric target is standardised.
 *
 * {@snippet :
 * var parts = Table.readCsv(Path.of("houses.csv")).split(0.8, 0);
 * var encoder = TableEncoder.fit(parts.train(), "price", o -> o.drop("id"));
 * var net = new Sequential(new Linear(encoder.width(), 64), new ReLU(), new Linear(64, 1));
 * new Trainer(net, t -> t.loss(new MSELoss()))
 *         .fit(TrainTestData.of(encoder.dataset(parts.train()), encoder.dataset(parts.test())), Epochs.of(100));
 * double[] prices = encoder.numbers(net.call(encoder.x(parts.test())));
 * }
 *
 * @param features the columns used, in the order of {@link #columns}
 * @param target the column to predict
 * @param leftOut the columns that are not used, and why
 */
public record TableEncoder(List<Feature> features, Target target, Map<String, String> leftOut) {
    /** Takes copies. */
    public TableEncoder {
        features = List.copyOf(features);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }

    /** A column of a table that the network sees. */
    public sealed interface Feature {
        /** {@return the name of the column} */
        String name();
    }

    /**
     * A column of numbers, which become {@code (value - mean) / std}.
     *
     * @param mean the mean of the training rows, which replaces missing values
     * @param std the standard deviation of the training rows
     * @param marksMissing whether missing values are marked by 1 in a further column, as values were missing in the
     *     training rows
     */
    public record Numbers(String name, double mean, double std, boolean marksMissing) implements Feature {}

    /**
     * A column of categories.
     *
     * @param categories the categories of the training rows, sorted
     * @param marksMissing whether a missing value is a category of its own, as values were missing in the training
     *     rows; unknown values are like missing ones
     * @param embedded whether the column becomes indices for an embedding, 0 for unknown and missing values and from 1
     *     for the categories, rather than one column of 0 and 1 for each category
     */
    public record Categories(String name, List<String> categories, boolean marksMissing, boolean embedded)
            implements Feature {
        /** Takes a copy of the list. */
        public Categories {
            categories = List.copyOf(categories);
        }
    }

    /** The column that the network predicts. */
    public sealed interface Target {
        /** {@return the name of the column} */
        String name();
    }

    /**
     * A target of numbers, which become {@code (value - mean) / std}.
     *
     * @param mean the mean of the training rows
     * @param std the standard deviation of the training rows
     */
    public record NumberTarget(String name, double mean, double std) implements Target {}

    /**
     * A target of classes, which become indices.
     *
     * @param classes the classes, sorted: by value if they are numbers
     */
    public record ClassTarget(String name, List<String> classes) implements Target {
        /** Takes a copy of the list. */
        public ClassTarget {
            classes = List.copyOf(classes);
        }
    }

    /** As {@link #fit(Table, String, Consumer)}, with default options. */
    public static TableEncoder fit(Table train, String target) {
        return fit(train, target, o -> {});
    }

    /**
     * {@return the encoder of a table}
     *
     * @param train the training rows; those whose target is missing are left out
     * @param target the name of the column to predict
     * @throws IllegalArgumentException if there is no such column, or no other column that can be used
     */
    public static TableEncoder fit(Table train, String target, Consumer<EncoderOptions> options) {
        var o = new EncoderOptions();
        options.accept(o);
        return new EncoderFit(train.dropMissingRows(target), target, o).encoder();
    }

    // ---- what comes out -------------------------------------------------------------------------------------------

    /** {@return the number of columns of {@link #x}} */
    public int width() {
        return columns().size();
    }

    /**
     * {@return the names of the columns of {@link #x}: all numbers ({@code area}), the marks of missing numbers ({@code
     * area missing}), the one-hot encoded categories ({@code street=Pave}), and last the indices of categories}
     */
    public List<String> columns() {
        var names = new ArrayList<String>();
        numbers().forEach(f -> names.add(f.name));
        numbers().stream().filter(Numbers::marksMissing).forEach(f -> names.add(f.name + " missing"));
        oneHot().forEach(f -> {
            f.categories.forEach(c -> names.add(f.name + "=" + c));
            if (f.marksMissing) {
                names.add(f.name + " missing");
            }
        });
        embedded().forEach(f -> names.add(f.name));
        return names;
    }

    private List<Numbers> numbers() {
        return features.stream().filter(Numbers.class::isInstance).map(Numbers.class::cast).toList();
    }

    private List<Categories> oneHot() {
        return categories(false);
    }

    /** {@return the columns of indices for embeddings: the last ones of {@link #x}} */
    public List<Categories> embedded() {
        return categories(true);
    }

    private List<Categories> categories(boolean embedded) {
        return features.stream()
                .filter(Categories.class::isInstance)
                .map(Categories.class::cast)
                .filter(f -> f.embedded == embedded)
                .toList();
    }

    /** {@return the columns that hold text, whatever they look like: for {@link CsvOptions#text}} */
    public String[] textColumns() {
        return features.stream().filter(Categories.class::isInstance).map(Feature::name).toArray(String[]::new);
    }

    /** {@return whether the target is a class} */
    public boolean isClassifier() {
        return target instanceof ClassTarget;
    }

    /** {@return the classes of the target, by index; empty if it is a number} */
    public List<String> classes() {
        return target instanceof ClassTarget c ? c.classes : List.of();
    }

    // ---- applying it ----------------------------------------------------------------------------------------------

    /**
     * {@return the features of a table: float32 {@code [rows, width]}}
     *
     * @param table may have further columns, and need not have the target
     * @throws FathomException naming the column and the row, if a column is not there or holds text instead of numbers
     */
    public Tensor x(Table table) {
        List<String> absent = features.stream().map(Feature::name).filter(n -> !table.columns().contains(n)).toList();
        if (!absent.isEmpty()) {
            throw new FathomException(
                    "the table has no column %s, which the model was trained with; its columns are %s"
                            .formatted(listed(absent), listed(table.columns())));
        }
        int width = width();
        var values = new float[Math.multiplyExact(table.rows(), width)];
        var writer = new Writer(values, width, table.rows());
        for (Numbers f : numbers()) {
            writer.column(numbers(table, f.name).map(v -> v == null ? 0 : (v - f.mean) / f.std));
        }
        for (Numbers f : numbers()) {
            if (f.marksMissing) {
                Series<?> s = table.column(f.name);
                writer.column(r -> ColumnTypes.isMissing(s, r) ? 1 : 0);
            }
        }
        for (Categories f : oneHot()) {
            int[] codes = codes(table, f);
            for (int c = 1; c <= f.categories.size(); c++) {
                int code = c;
                writer.column(r -> codes[r] == code ? 1 : 0);
            }
            if (f.marksMissing) {
                writer.column(r -> codes[r] == 0 ? 1 : 0);
            }
        }
        for (Categories f : embedded()) {
            int[] codes = codes(table, f);
            writer.column(r -> codes[r]);
        }
        return Tensors.tensor(values).reshape(table.rows(), width);
    }

    private static String listed(List<String> names) {
        String all = String.join(", ", names.stream().limit(20).map(n -> "'" + Excerpt.of(n) + "'").toList());
        return names.size() > 20 ? String.format(Locale.ROOT, "%s and %d more", all, names.size() - 20) : all;
    }

    /** Writes one column after another. */
    private static final class Writer {
        private final float[] values;
        private final int width;
        private final int rows;
        private int column;

        Writer(float[] values, int width, int rows) {
            this.values = values;
            this.width = width;
            this.rows = rows;
        }

        void column(java.util.function.IntToDoubleFunction value) {
            for (int r = 0; r < rows; r++) {
                values[r * width + column] = (float) value.applyAsDouble(r);
            }
            column++;
        }
    }

    /** The numbers of a column by row, null where missing. */
    @FunctionalInterface
    interface Column {
        @Nullable Double at(int row);

        default java.util.function.IntToDoubleFunction map(
                java.util.function.Function<@Nullable Double, Double> function) {
            return r -> function.apply(at(r));
        }
    }

    /** {@return the finite numbers of a column} */
    static Column numbers(Table table, String name) {
        Series<?> s = table.column(name);
        if (ColumnTypes.isText(s)) {
            for (int r = 0; r < s.size(); r++) {
                if (s.get(r) != null && !ColumnTypes.isNumber(s.get(r).toString())) {
                    throw new FathomException(
                            String.format(
                                    Locale.ROOT,
                                    "column '%s' holds text in row %d, '%s'; the model was trained with numbers",
                                    name,
                                    r + 1,
                                    Excerpt.of(s.get(r).toString())));
                }
            }
            return r -> s.get(r) == null ? null : finite(Double.parseDouble(s.get(r).toString()), name, r);
        }
        return r -> ColumnTypes.isMissing(s, r) ? null : finite(ColumnTypes.number(s, r), name, r);
    }

    private static double finite(double value, String name, int row) {
        if (Double.isInfinite(value)) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "column '%s' is %s in row %d; expected finite numbers",
                            name,
                            value > 0 ? "inf" : "-inf",
                            row + 1));
        }
        return value;
    }

    /** {@return for each row 0 for an unknown or missing value, else 1 more than the index of its category} */
    private static int[] codes(Table table, Categories f) {
        Series<?> s = table.column(f.name);
        Map<String, Integer> codes = new LinkedHashMap<>();
        f.categories.forEach(c -> codes.put(c, codes.size() + 1));
        var found = new int[s.size()];
        for (int r = 0; r < found.length; r++) {
            String text = ColumnTypes.text(s, r);
            found[r] = text == null ? 0 : codes.getOrDefault(text, 0);
        }
        return found;
    }

    /**
     * {@return the target of a table: standardised numbers, float32 {@code [rows, 1]}, or indices of classes, int64
     * {@code [rows]}}
     *
     * @throws FathomException naming the row, if a value is missing or is no class of the training rows
     */
    public Tensor y(Table table) {
        if (!table.columns().contains(target.name())) {
            throw new FathomException(
                    "the table has no column '%s', the target; its columns are %s"
                            .formatted(target.name(), listed(table.columns())));
        }
        int n = table.rows();
        switch (target) {
            case NumberTarget t -> {
                var values = new float[n];
                Column column = numbers(table, t.name);
                for (int r = 0; r < n; r++) {
                    Double value = column.at(r);
                    if (value == null) {
                        throw missing(r);
                    }
                    values[r] = (float) ((value - t.mean) / t.std);
                }
                return Tensors.tensor(values).reshape(n, 1);
            }
            case ClassTarget t -> {
                var values = new long[n];
                Series<?> s = table.column(t.name);
                for (int r = 0; r < n; r++) {
                    String text = ColumnTypes.text(s, r);
                    if (text == null) {
                        throw missing(r);
                    }
                    values[r] = t.classes.indexOf(text);
                    if (values[r] < 0) {
                        throw new FathomException(
                                String.format(
                                        Locale.ROOT,
                                        "'%s' is '%s' in row %d, which is none of the classes %s",
                                        t.name,
                                        Excerpt.of(text),
                                        r + 1,
                                        listed(t.classes)));
                    }
                }
                return Tensors.tensor(values);
            }
        }
    }

    private FathomException missing(int row) {
        return new FathomException(
                String.format(Locale.ROOT, "the target '%s' is missing in row %d", target.name(), row + 1));
    }

    /** {@return the features and the target of a table's rows; rows whose target is missing are left out} */
    public TensorDataset dataset(Table table) {
        Table complete = table.columns().contains(target.name()) ? table.dropMissingRows(target.name()) : table;
        return new TensorDataset(x(complete), y(complete));
    }

    /**
     * {@return a network's predictions in the target's unit}
     *
     * @param output {@code [rows, 1]} or {@code [rows]}
     * @throws IllegalStateException if the target is a class
     */
    public double[] numbers(Tensor output) {
        if (!(target instanceof NumberTarget t)) {
            throw new IllegalStateException("numbers: the target '%s' is a class; use labels".formatted(target.name()));
        }
        return Arrays.stream(output.to(DType.FLOAT64).toDoubleArray()).map(v -> v * t.std + t.mean).toArray();
    }

    /**
     * {@return the most probable classes by a network's output}
     *
     * @param output {@code [rows, classes]}
     * @throws IllegalStateException if the target is a number
     */
    public List<String> labels(Tensor output) {
        if (!(target instanceof ClassTarget t)) {
            throw new IllegalStateException(
                    "labels: the target '%s' is a number; use numbers".formatted(target.name()));
        }
        return Arrays.stream(output.argmax(1).toLongArray()).mapToObj(i -> t.classes.get((int) i)).toList();
    }

    /** {@return this encoder as maps, lists, texts, numbers and booleans: to be saved as JSON} */
    public Map<String, Object> toMap() {
        return EncoderJson.write(this);
    }

    /**
     * {@return the encoder that {@link #toMap} described}
     *
     * @throws FathomException naming the entry that is not as it wrote it
     */
    public static TableEncoder fromMap(Map<String, ?> map) {
        return EncoderJson.read(map);
    }
}
