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

/** Shows a model's layers and their sizes. */
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
            description = {
                "One of ${COMPLETION-CANDIDATES};",
                "or a layer of yours: its class on the --class-path, with a constructor without parameters."
            })
    private String model;

    @Mixin private OwnLayer own;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batch size of the shown shapes.")
    private int batchSize;

    @Override
    public Integer call() {
        if (batchSize < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "--batch-size: must be at least 1, is %d", batchSize));
        }
        String title = model;
        Summary summary;
        try (var _ = Device.META.open()) { // its weights are not needed
            if (own.isNamed(spec, model)) {
                summary = Summary.of(OwnLayer.create(spec, model), own.batch(spec, batchSize));
            } else {
                Recipe recipe = Recipes.get(model);
                title = "%s: %s".formatted(recipe.name(), recipe.card().description());
                RecipeExample example = recipe.example(batchSize);
                summary = Summary.of(example.net(), example.x());
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(title);
        out.println(summary);
        out.flush();
        return 0;
    }
}
