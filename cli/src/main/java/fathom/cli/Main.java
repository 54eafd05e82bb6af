package fathom.cli;

import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code fathom}: hands its arguments to the command they name. */
@Command(
        name = "fathom",
        description = "Deep learning for Java: trains, evaluates and explains models.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        subcommands = {
            TrainCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            SummaryCommand.class,
            ProfileCommand.class,
            InfoCommand.class,
            RunCommand.class
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    /** Runs the command named by {@code args} and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /**
     * The whole command line, ready to execute. Wrong arguments end with a reason of one line and exit code 2, other
     * failures with one line and exit code 1.
     */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler(Main::wrongArguments)
                .setExecutionExceptionHandler(Main::failure);
    }

    private static int wrongArguments(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println(
                        "%s: %s (%1$s --help tells more)"
                                .formatted(command.getCommandSpec().qualifiedName(), oneLine(e)));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failure(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("%s: %s".formatted(command.getCommandSpec().qualifiedName(), oneLine(e)));
        if (isVerbose(command)) {
            e.printStackTrace(command.getErr());
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static boolean isVerbose(CommandLine command) {
        var option = command.getCommandSpec().findOption("--verbose");
        return option != null && Boolean.TRUE.equals(option.getValue());
    }

    private static String oneLine(Throwable e) {
        Throwable t =
                e instanceof UncheckedIOException && e.getCause() != null && e.getMessage() == null ? e.getCause() : e;
        String message = t.getMessage();
        // exceptions of the JDK about files say only which
        String text =
                switch (t) {
                    case java.nio.file.NoSuchFileException f -> f.getFile() + ": there is no such file";
                    case java.nio.file.AccessDeniedException f -> f.getFile() + ": no permission";
                    default -> message == null || message.isBlank() ? t.getClass().getSimpleName() : message;
                };
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which command? There are train, eval, predict, summary, profile, info and run");
    }
}
