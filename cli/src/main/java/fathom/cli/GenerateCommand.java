package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TextTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Generates text with a trained language model. */
@Command(
        name = "generate",
        description = "Continue a text with a trained language model, by greedy decoding.",
        showDefaultValues = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "The beginning of the text.")
    private String prompt;

    @Option(names = "--length", paramLabel = "N", defaultValue = "50", description = "Number of tokens to generate.")
    private int length;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        if (length < 1) {
            throw new ParameterException(
                    spec.commandLine(), String.format(Locale.ROOT, "--length: must be at least 1, is %d", length));
        }
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof TextTask text)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which generates no text; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter out = spec.commandLine().getOut();
        out.println(text.generate(net, prompt, length));
        out.flush();
        return 0;
    }
}
