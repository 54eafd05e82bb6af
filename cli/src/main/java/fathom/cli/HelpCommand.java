package fathom.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the help of the program or of a command, as {@code --help} does. */
@Command(name = "help", description = "Show the help of a command, or this.")
final class HelpCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND", description = "The command.")
    private @Nullable String command;

    @Override
    public void run() {
        CommandLine main = Objects.requireNonNull(spec.parent()).commandLine();
        CommandLine shown = command == null ? main : main.getSubcommands().get(command);
        if (shown == null) {
            throw new ParameterException(spec.commandLine(), Suggestions.command(main, String.valueOf(command)));
        }
        shown.usage(main.getOut());
    }
}
