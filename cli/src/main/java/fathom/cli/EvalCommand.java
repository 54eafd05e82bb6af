package fathom.cli;

import fathom.nn.Layer;
import fathom.train.Evaluation;
import fathom.train.metric.Metrics;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Evaluates a trained model. */
@Command(
        name = "eval",
        description = "Evaluate a trained model: loss and metrics on the test data.",
        showDefaultValues = true)
final class EvalCommand implements Callable<Integer> {
    /** The exit code of an evaluation with a NaN or infinite result, whose cause is logged. */
    private static final int NOT_FINITE = 1;

    private static final String CORNER = "is \\ predicted";

    /** Longer names of classes are shortened in the confusion matrix. */
    private static final int MOST_CHARACTERS = 16;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Mixin private RunParameters run;

    @Option(names = "--confusion", description = "Also print the confusion matrix.")
    private boolean confusion;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "0",
            description = "Only the first N examples of the test data; 0 for all.")
    private int limit;

    @Option(names = "--batch-size", paramLabel = "N", description = "Batch size. Default: as in training.")
    private @Nullable Integer batchSize;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        if (limit < 0) {
            throw wrong(String.format(Locale.ROOT, "--limit: must not be negative, is %d", limit));
        }
        RecipeTask task =
                run.task(
                        spec,
                        trained,
                        o -> {
                            data.applyTo(o);
                            if (limit > 0) {
                                o.limit(limit);
                            }
                            if (batchSize != null) {
                                o.batchSize(batchSize);
                            }
                        });
        List<String> classes = trained.classes(task);
        if (confusion && classes.isEmpty()) {
            throw wrong("--confusion: %s has no classes".formatted(trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter out = spec.commandLine().getOut();
        Evaluation result;
        if (confusion) {
            var matrix =
                    Metrics.confusionMatrix(classes.size(), c -> trained.recipe().ignoredTarget().ifPresent(c::ignore));
            result = trained.evaluate(task, net, matrix);
            print(classes, matrix.matrix().toArray(long[][].class), out);
        } else {
            result = trained.evaluate(task, net);
        }
        out.println(task.report(result));
        out.flush();
        return isFinite(result) ? 0 : NOT_FINITE;
    }

    private static boolean isFinite(Evaluation result) {
        return Double.isFinite(result.loss()) && result.metrics().values().stream().allMatch(Double::isFinite);
    }

    private static void print(List<String> names, long[][] counts, PrintWriter out) {
        List<String> labels = names.stream().map(EvalCommand::shortened).toList();
        int width = Math.max(9, labels.stream().mapToInt(String::length).max().orElse(0));
        out.print(("%-" + Math.max(width, CORNER.length()) + "s").formatted(CORNER));
        labels.forEach(n -> out.print(("%" + (width + 2) + "s").formatted(n)));
        out.println();
        for (int i = 0; i < counts.length; i++) {
            out.print(("%-" + Math.max(width, CORNER.length()) + "s").formatted(labels.get(i)));
            for (long count : counts[i]) {
                out.print(String.format(Locale.ROOT, "%" + (width + 2) + "d", count));
            }
            out.println();
        }
    }

    private static String shortened(String name) {
        return name.codePointCount(0, name.length()) <= MOST_CHARACTERS
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MOST_CHARACTERS - 1)) + "\u2026";
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
