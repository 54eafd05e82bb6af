package fathom.cli;

import fathom.Device;
import fathom.nn.Summary;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.Recipes;
import java.io.PrintWriter;
import java.util.Locale;
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
            completionCandidates = RecipeNames.class,
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
        if (batchSize < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "--batch-size: must be at least 1, is %d", batchSize));
        }
        Recipe recipe = Recipes.get(model);
        Summary summary;
        try (var _ = Device.META.open()) { // its weights are not needed
            RecipeExample example = recipe.example(batchSize);
            summary = Summary.of(example.net(), example.x());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("%s: %s".formatted(recipe.name(), recipe.card().description()));
        out.println(summary);
        out.flush();
        return 0;
    }
}
