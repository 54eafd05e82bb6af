package fathom.cli;

import fathom.nn.Summary;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model is made of. */
@Command(
        name = "summary",
        description = "Show a model's layers, output shapes, parameters and multiply-adds.",
        showDefaultValues = true)
final class SummaryCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            completionCandidates = TrainCommand.ModelNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String model;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Examples in the batch that is shown.")
    private int batchSize;

    @Override
    public Integer call() {
        Recipe recipe = TrainCommand.recipeOf(spec, model);
        if (batchSize < 1) {
            throw new ParameterException(spec.commandLine(), "--batch-size: must be at least 1, is " + batchSize);
        }
        long[] shape = recipe.inputShape().clone();
        shape[0] = batchSize;
        PrintWriter out = spec.commandLine().getOut();
        out.println(Summary.of(recipe.maker().get(), shape));
        out.flush();
        return 0;
    }
}
