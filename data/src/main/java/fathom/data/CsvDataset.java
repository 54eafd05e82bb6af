package fathom.data;

import fathom.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file as features and target for a network, encoded by a {@link TableEncoder}: float32 {@code
 * [features]}, and float32 {@code [1]} or, for classes, int64.
 *
 * {@snippet :
 * var data = CsvDataset.read(Path.of("houses.csv"), "price").split(0.8, 0);
 * var net = new Sequential(new Linear(data.train().features(), 64), new ReLU(), new Linear(64, 1));
 * new Trainer(net, t -> t.loss(new MSELoss()).metrics()).fit(data, Epochs.of(100));
 * double[] prices = data.test().encoder().numbers(net.call(data.test().x()));
 * }
 */
public final class CsvDataset implements Dataset {
    private final Table table;
    private final TableEncoder encoder;

    /** The options to fit an encoder with; null if the encoder was given. */
    private final @Nullable Consumer<EncoderOptions> options;

    private final TensorDataset rows;

    /** Takes rows that all have a target. */
    private CsvDataset(Table complete, TableEncoder encoder, @Nullable Consumer<EncoderOptions> options) {
        table = complete;
        this.encoder = encoder;
        this.options = options;
        rows = new TensorDataset(encoder.x(table), encoder.y(table));
    }

    /** As {@link #read(Path, String, Consumer)}, with default options. */
    public static CsvDataset read(Path csv, String target) {
        return read(csv, target, o -> {});
    }

    /**
     * {@return the rows of a CSV file, whose delimiter and header are found from its first lines}
     *
     * @param target the name of the column to predict; rows without a value of it are left out
     * @throws java.io.UncheckedIOException if the file cannot be read
     * @throws fathom.FathomException if it is malformed
     * @throws IllegalArgumentException if there is no such column, or no other column that can be used
     */
    public static CsvDataset read(Path csv, String target, Consumer<EncoderOptions> options) {
        return of(Table.read(csv), target, options);
    }

    /** {@return the rows of a table} */
    public static CsvDataset of(Table table, String target, Consumer<EncoderOptions> options) {
        TableEncoder encoder = TableEncoder.fit(table, target, options);
        return new CsvDataset(table.dropMissingRows(target), encoder, options);
    }

    /** {@return the rows of a table by an encoder that was fitted before} */
    public static CsvDataset of(Table table, TableEncoder encoder) {
        return new CsvDataset(table.dropMissingRows(encoder.target().name()), encoder, null);
    }

    /**
     * Rows in two parts, which a {@link fathom.data.DataLoader} or a trainer takes.
     *
     * @param train the training rows, which the encoder of both is fitted on unless it was given
     * @param test the remaining rows
     */
    public record Split(CsvDataset train, CsvDataset test) implements TrainTestData {}

    /**
     * {@return the rows in two parts, at random; the same share of each class if the target is a class}
     *
     * @param fraction the fraction of the rows in the first part, from 0 to 1
     * @param seed the same seed gives the same parts
     */
    public Split split(double fraction, long seed) {
        return split(
                fraction,
                seed,
                o -> {
                    if (encoder.isClassifier()) {
                        o.stratify(y().toLongArray());
                    }
                });
    }

    /** As {@link #split(double, long)}, with options. */
    public Split split(double fraction, long seed, Consumer<SplitOptions> split) {
        long[][] parts = Datasets.parts(size(), new double[] {fraction, 1 - fraction}, seed, split);
        var train = table.pick(Arrays.stream(parts[0]).mapToInt(Math::toIntExact).toArray());
        var test = table.pick(Arrays.stream(parts[1]).mapToInt(Math::toIntExact).toArray());
        TableEncoder fitted = encoder;
        if (options != null) {
            EncoderOptions.Task task =
                    encoder.isClassifier() ? EncoderOptions.Task.CLASSIFICATION : EncoderOptions.Task.REGRESSION;
            fitted = TableEncoder.fit(train, encoder.target().name(), options.andThen(o -> o.task(task)));
        }
        return new Split(new CsvDataset(train, fitted, options), new CsvDataset(test, fitted, options));
    }

    /** {@return the rows, without those whose target is missing} */
    public Table table() {
        return table;
    }

    /** {@return the encoder, to be used for other rows and saved with the model} */
    public TableEncoder encoder() {
        return encoder;
    }

    /** {@return the number of features} */
    public int features() {
        return encoder.width();
    }

    /** {@return all features: float32 {@code [rows, features]}} */
    public Tensor x() {
        return rows.tensors().get(0);
    }

    /** {@return all targets: float32 {@code [rows, 1]}, or int64 {@code [rows]} for classes} */
    public Tensor y() {
        return rows.tensors().get(1);
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public Example get(long index) {
        return rows.get(index);
    }

    @Override
    public Batch batch(long[] indices) {
        return rows.batch(indices);
    }

    @Override
    public String toString() {
        return "CsvDataset(%s rows, %s features, target %s)".formatted(size(), features(), encoder.target().name());
    }
}
