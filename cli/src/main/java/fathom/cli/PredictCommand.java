package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows predictions of a trained model. */
@Command(
        name = "predict",
        description = {
            "Show what a trained model predicts: for images the most probable classes, for the rows of a CSV file a number or"
                    + " a class, for a text its continuation.",
            "Images of any size and colour are converted to the model's format. Without inputs some test data is used."
        },
        showDefaultValues = true)
final class PredictCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Mixin private RunParameters run;

    @Parameters(
            index = "1..*",
            paramLabel = "INPUT",
            description =
                    "Image files or folders, oriented according to EXIF; CSV files; or other inputs of the model.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = "--top", paramLabel = "K", defaultValue = "3", description = "Number of classes to show.")
    private int top;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "10",
            description = "Without inputs: the number of test examples.")
    private int count;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The page of images, FILE.png, or the predictions as a table, FILE.csv. Default: predictions.png,"
                            + " for tables predictions.csv, in the run's folder.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        var failures = new AtomicInteger();
        var options =
                new PredictionOptions(
                        inputs,
                        count,
                        top,
                        trained.folder(),
                        out,
                        line -> {
                            spec.commandLine().getErr().println("fathom predict: " + line);
                            failures.incrementAndGet();
                        });
        RecipeTask task = run.task(spec, trained, data::applyTo);
        Layer net = run.network(spec, trained, task);
        PrintWriter print = spec.commandLine().getOut();
        task.predict(net, options).forEach(print::println);
        print.flush();
        return failures.get() == 0 ? 0 : 1;
    }
}
