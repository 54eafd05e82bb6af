package fathom.cli;

import java.util.Objects;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the script by which bash and zsh complete commands, options and names of models. */
@Command(
        name = "completion",
        description = {
            "Print the completion script for bash and zsh; \"fathom install\" installs it.",
            "Without installing: source <(./fathom completion)"
        })
final class CompletionCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Override
    public void run() {
        var main = Objects.requireNonNull(spec.parent()).commandLine();
        main.getOut().print(AutoComplete.bash("fathom", main));
        main.getOut().flush();
    }
}
