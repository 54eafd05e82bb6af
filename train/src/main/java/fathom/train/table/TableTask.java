package fathom.train.table;

import fathom.FathomException;
import fathom.Tensors;
import fathom.data.CsvDataset;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.EncoderOptions;
import fathom.data.Table;
import fathom.data.TableEncoder;
import fathom.files.Excerpt;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.train.TrainerOptions;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Training, evaluation and prediction with tables. */
final class TableTask implements RecipeTask {
    private static final String ENCODER = "encoder";
    private static final String ROWS = "rows";

    private final TaskOptions options;
    private final int[] hidden;
    private final double dropout;
    private @Nullable TableEncoder encoder;
    private @Nullable Parts parts;

    /** The rows to train on, null for data of an evaluation alone, and those to test on. */
    private record Parts(@Nullable CsvDataset train, CsvDataset test, boolean isSplit) {}

    TableTask(TaskOptions options) {
        this.options = options;
        hidden = hidden(options.option(TableRecipe.HIDDEN).orElse(""));
        dropout = options.fraction(TableRecipe.DROPOUT).orElse(0);
        options.fraction(TableRecipe.VALIDATION);
        task();
    }

    private static int[] hidden(String text) {
        try {
            int[] units = Arrays.stream(text.split(",")).map(String::strip).mapToInt(Integer::parseInt).toArray();
            if (Arrays.stream(units).allMatch(n -> n > 0)) {
                return units;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new RecipeException(TableRecipe.HIDDEN, "must be numbers such as 128,64, is " + text);
    }

    private EncoderOptions.Task task() {
        String kind = options.option(TableRecipe.TASK).orElse("");
        return switch (kind) {
            case "auto" -> EncoderOptions.Task.AUTO;
            case "classification" -> EncoderOptions.Task.CLASSIFICATION;
            case "regression" -> EncoderOptions.Task.REGRESSION;
            default ->
                    throw new RecipeException(
                            TableRecipe.TASK, "must be auto, classification or regression, is " + kind);
        };
    }

    private String[] columns(String option) {
        return options.option(option)
                .map(text -> Arrays.stream(text.split(",")).map(String::strip).toArray(String[]::new))
                .orElseGet(() -> new String[0]);
    }

    // ---- data -----------------------------------------------------------------------------------------------------

    private TableEncoder encoder() {
        if (encoder == null) {
            encoder = options.isOfRun() ? savedEncoder() : trainingRows().encoder();
        }
        return encoder;
    }

    private TableEncoder savedEncoder() {
        if (options.settings().get(ENCODER) instanceof Map<?, ?> saved) {
            var named = new java.util.LinkedHashMap<String, Object>();
            saved.forEach((name, value) -> named.put(String.valueOf(name), value));
            try {
                return TableEncoder.fromMap(named);
            } catch (FathomException e) {
                throw new RecipeException("the config of the run is damaged: " + e.getMessage());
            }
        }
        throw new RecipeException("the config of the run is damaged: it has no " + ENCODER);
    }

    private Parts parts() {
        if (parts == null) {
            parts = read();
        }
        return parts;
    }

    private CsvDataset trainingRows() {
        CsvDataset train = parts().train();
        if (train == null) {
            throw new IllegalStateException("this data is for an evaluation");
        }
        return train;
    }

    private Parts read() {
        String data = options.data();
        if (data == null) {
            throw new RecipeException("data", "which CSV file?");
        }
        boolean isForeign = options.isOfRun() && !data.equals(options.settings().get("data"));
        TableEncoder saved = options.isOfRun() ? encoder() : null;
        Table table = table("data", data, saved == null ? columns(TableRecipe.CATEGORIES) : saved.textColumns());
        if (isForeign && saved != null) {
            return new Parts(null, refusing("data", () -> CsvDataset.of(table, saved)), false);
        }
        CsvDataset all = saved == null ? fitted(table) : refusing("data", () -> CsvDataset.of(table, saved));
        tellOfChanges(all);
        String testFile = options.option(TableRecipe.TEST).orElse(null);
        if (testFile != null) {
            Table test = table(TableRecipe.TEST, testFile, all.encoder().textColumns());
            return new Parts(all, refusing(TableRecipe.TEST, () -> CsvDataset.of(test, all.encoder())), false);
        }
        double fraction = options.fraction(TableRecipe.VALIDATION).orElse(0);
        CsvDataset.Split split = all.split(1 - fraction, options.seed());
        return new Parts(split.train(), split.test(), true);
    }

    private void tellOfChanges(CsvDataset all) {
        if (options.isOfRun() && options.settings().get(ROWS) instanceof Integer before && before != all.size()) {
            options.notice()
                    .accept(
                            String.format(
                                    Locale.ROOT,
                                    "%s has %,d rows now, %,d when the run began: test rows may be among those that it was trained on",
                                    options.data(),
                                    all.size(),
                                    before));
        }
    }

    private CsvDataset fitted(Table table) {
        String target = options.option(TableRecipe.TARGET).orElse(null);
        if (target == null || !table.columns().contains(target)) {
            throw new RecipeException(
                    TableRecipe.TARGET,
                    "%s There are %s%s"
                            .formatted(
                                    target == null
                                            ? "which column is to be predicted?"
                                            : "there is no column %s.".formatted(target),
                                    Excerpt.names(table.columns(), 100),
                                    table.columns().getFirst().equals("0") ? " (the file has no header line)" : ""));
        }
        int missing = table.missing().getOrDefault(target, 0);
        if (missing > 0) {
            options.notice()
                    .accept(
                            String.format(
                                    Locale.ROOT,
                                    "%,d of %,d rows have no %s and are left out",
                                    missing,
                                    table.rows(),
                                    target));
        }
        return refusing(
                TableRecipe.TARGET,
                () ->
                        CsvDataset.of(
                                table,
                                target,
                                o ->
                                        o.task(task())
                                                .drop(columns(TableRecipe.DROP))
                                                .categories(columns(TableRecipe.CATEGORIES))));
    }

    private static CsvDataset refusing(String option, Supplier<CsvDataset> rows) {
        try {
            return rows.get();
        } catch (FathomException | IllegalArgumentException e) {
            throw new RecipeException(option, String.valueOf(e.getMessage()));
        }
    }

    private static Table table(@Nullable String option, String file, String... text) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw refusal(option, "there is no file " + file);
        }
        try {
            return Table.read(path, o -> o.text(text));
        } catch (FathomException e) {
            throw refusal(option, String.valueOf(e.getMessage()));
        }
    }

    private static RecipeException refusal(@Nullable String option, String reason) {
        return option == null ? new RecipeException(reason) : new RecipeException(option, reason);
    }

    @Override
    public DataLoader train() {
        return loader(limited(trainingRows())).shuffle(true);
    }

    @Override
    public @Nullable DataLoader test() {
        return parts().test().size() == 0 ? null : loader(limited(parts().test()));
    }

    private Dataset limited(Dataset rows) {
        return options.limit() >= rows.size() ? rows : rows.range(0, options.limit());
    }

    private DataLoader loader(Dataset rows) {
        return DataLoader.of(rows, options.hyperParameters().batchSize());
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d rows of %s, %,d more for testing",
                Math.min(options.limit(), trainingRows().size()),
                options.data(),
                Math.min(options.limit(), parts().test().size()));
    }

    // ---- training -------------------------------------------------------------------------------------------------

    @Override
    public Layer network() {
        return new TabularMLP(encoder(), hidden, dropout);
    }

    /** Rows are expected as the encoder, which the metadata describe, makes them. */
    @Override
    public InferenceGraph inference(Layer net) {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put(ENCODER, InferenceGraph.json(encoder().toMap()));
        if (encoder().isClassifier()) {
            metadata.put(InferenceGraph.CLASSES, InferenceGraph.json(encoder().classes()));
        }
        return InferenceGraph.of(net, Tensors.zeros(1, encoder().width()), metadata);
    }

    @Override
    public Loss loss() {
        return encoder().isClassifier() ? new CrossEntropyLoss() : new MSELoss();
    }

    @Override
    public List<Metric> metrics() {
        return encoder().target() instanceof TableEncoder.NumberTarget t
                ? List.of(new ScaledMetric(Metrics.rootMeanSquaredError(), t.std()), Metrics.r2())
                : List.of(Metrics.accuracy());
    }

    @Override
    public List<String> classes() {
        return encoder().classes();
    }

    @Override
    public void configure(TrainerOptions t, Layer net, Consumer<String> show) {
        Parts p = parts();
        if (!options.isOfRun()) {
            TableDescription.of(trainingRows(), task() == EncoderOptions.Task.AUTO).forEach(show);
        }
        t.note(ENCODER, encoder().toMap()).note(ROWS, trainingRows().size() + (p.isSplit() ? p.test().size() : 0));
    }

    // ---- prediction -----------------------------------------------------------------------------------------------

    /** The inputs are CSV files. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        if (asked.out() != null && !asked.wantsCsv()) {
            throw new RecipeException("out", "a table of predictions must end in .csv, is " + asked.out());
        }
        Table rows = null;
        for (String file : asked.inputs()) {
            Table read = table(null, file, encoder().textColumns());
            rows = rows == null ? read : rows.concat(read);
        }
        boolean isTest = rows == null;
        Table table = rows == null ? parts().test().table() : rows;
        if (isTest && table.rows() > asked.count()) {
            table = table.range(0, asked.count());
        }
        Table predicted = new TablePredictions(encoder(), net).of(table);
        List<String> lines = new ArrayList<>(TablePredictions.lines(predicted, encoder(), asked.count()));
        predicted.writeCsv(asked.csv());
        lines.add(String.format(Locale.ROOT, "predictions: %s, %,d rows", asked.csv(), predicted.rows()));
        return lines;
    }
}
