package fathom.cli;

import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.train.Evaluation;
import fathom.train.Metric;
import fathom.train.Metrics;
import fathom.train.Trainer;
import fathom.vision.FashionMnist;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tests a trained model. */
@Command(
        name = "eval",
        description = "Test a trained model: loss and accuracy on the test data.",
        showDefaultValues = true)
final class EvalCommand implements Callable<Integer> {
    /** That the test gave NaN or infinity; why is logged. */
    private static final int NOT_FINITE = 1;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Parameters(index = "0", paramLabel = "RUN", description = "Folder of a run, as fathom train makes it.")
    private Path run;

    @Option(names = "--best", description = "Use the weights of the best epoch rather than the last.")
    private boolean best;

    @Option(names = "--confusion", description = "Also tell how often each class was taken for each.")
    private boolean confusion;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "0",
            description = "Only the first N test pictures; 0 for all.")
    private int limit;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "256", description = "Examples at a time.")
    private int batchSize;

    @Override
    public Integer call() throws IOException {
        RunConfig config = RunConfig.read(spec, run);
        Recipe recipe = config.recipe(spec);
        if (batchSize < 1) {
            throw new ParameterException(spec.commandLine(), "--batch-size: must be at least 1, is " + batchSize);
        }
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "--limit: must not be negative, is " + limit);
        }
        Layer net = config.network(recipe, best);
        Dataset test;
        if (recipe.isOfPictures()) {
            test = data.load(spec, config.text("data")).test().with(recipe.transform());
            if (limit > 0) {
                test = test.range(0, Math.min(limit, test.size()));
            }
        } else {
            // other points than those it was trained with
            Tensors.manualSeed(config.number("seed", 0) + 1);
            test = Recipe.points(1000);
        }
        List<Metric> metrics = new ArrayList<>(recipe.metrics());
        var matrix = Metrics.confusionMatrix(FashionMnist.classNames().size());
        if (confusion && recipe.isOfPictures()) {
            metrics.add(matrix);
        }
        var trainer = new Trainer(net, t -> t.loss(recipe.loss().get()).metrics(metrics.toArray(Metric[]::new)));
        Evaluation result = trainer.evaluate(DataLoader.of(test, batchSize));
        PrintWriter out = spec.commandLine().getOut();
        if (confusion && recipe.isOfPictures()) {
            print(matrix.matrix().toArray(long[][].class), out);
        }
        out.println(result);
        out.flush();
        return isFinite(result) ? 0 : NOT_FINITE;
    }

    private static boolean isFinite(Evaluation result) {
        return Double.isFinite(result.loss()) && result.metrics().values().stream().allMatch(Double::isFinite);
    }

    private static void print(long[][] counts, PrintWriter out) {
        List<String> names = FashionMnist.classNames();
        out.print("%-12s".formatted("is \\ taken for"));
        names.forEach(n -> out.print("%11s".formatted(n)));
        out.println();
        for (int i = 0; i < counts.length; i++) {
            out.print("%-14s".formatted(names.get(i)));
            for (int j = 0; j < counts.length; j++) {
                out.print(String.format(Locale.ROOT, j == 0 ? "%9d" : "%11d", counts[i][j]));
            }
            out.println();
        }
    }
}
