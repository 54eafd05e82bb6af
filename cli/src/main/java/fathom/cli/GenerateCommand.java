package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.TextTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Generates text with a trained language model. */
@Command(
        name = "generate",
        description = "Continue a text with a trained language model, by greedy decoding.",
        showDefaultValues = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DeviceOption device;

    @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run, created by fathom train.")
    private Path run;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "The beginning of the text.")
    private String prompt;

    @Option(names = "--length", paramLabel = "N", defaultValue = "50", description = "Number of tokens to generate.")
    private int length;

    @Option(names = "--best", description = "Use the weights of the best epoch rather than the last.")
    private boolean best;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = TrainedRun.open(run);
        if (length < 1) {
            throw new ParameterException(
                    spec.commandLine(), String.format(Locale.ROOT, "--length: must be at least 1, is %d", length));
        }
        var task = trained.task(o -> o.notice(line -> spec.commandLine().getErr().println(line)));
        if (!(task instanceof TextTask text)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which generates no text; fathom predict shows its predictions"
                            .formatted(run, trained.recipe().name()));
        }
        Layer net = trained.network(task, best).to(device.device(spec));
        PrintWriter out = spec.commandLine().getOut();
        out.println(text.generate(net, prompt, length));
        out.flush();
        return 0;
    }
}
