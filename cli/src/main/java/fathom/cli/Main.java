package fathom.cli;

import fathom.Fathom;
import fathom.train.recipe.RecipeException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code fathom}: dispatches its arguments to the named command. */
@Command(
        name = "fathom",
        description = "Deep learning for Java: trains, evaluates and explains models.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        subcommands = {
            TrainCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            ExplainCommand.class,
            DetectCommand.class,
            SegmentCommand.class,
            StyleCommand.class,
            GenerateCommand.class,
            TranslateCommand.class,
            EmbedCommand.class,
            SimilarCommand.class,
            SearchCommand.class,
            SampleCommand.class,
            ExportCommand.class,
            ConvertCommand.class,
            OcrCommand.class,
            ModelsCommand.class,
            DataCommand.class,
            SummaryCommand.class,
            ProfileCommand.class,
            InfoCommand.class,
            BoardCommand.class,
            BookCommand.class,
            NotebookCommand.class,
            LauncherCommands.Run.class,
            LauncherCommands.Bench.class,
            LauncherCommands.Docs.class,
            LauncherCommands.Install.class,
            LauncherCommands.Uninstall.class,
            CompletionCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private LauncherCommands.Options launcherOptions;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    /** Runs the command named by {@code args} and ends the JVM with its exit code. */
    public static void main(String[] args) {
        // the library's warnings in one line each, like all other output
        String format = "java.util.logging.SimpleFormatter.format";
        if (System.getProperty(format) == null) {
            System.setProperty(format, "fathom: %5$s%n");
        }
        System.exit(commandLine(args).execute(args));
    }

    /**
     * The whole command line, ready to execute. Invalid arguments end with a one-line message and exit code 2, other
     * failures with a one-line message and exit code 1.
     *
     * @param args the arguments that will be parsed: the recipes' own options are looked up only if they are needed
     */
    static CommandLine commandLine(String... args) {
        var main = new CommandLine(new Main());
        TrainCommand.listRecipesInHelp(main);
        if (List.of(args).contains("train")) {
            TrainCommand.addRecipeOptions(main);
        }
        return main.setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(false)
                .setExecutionStrategy(Main::execute)
                .setParameterExceptionHandler(Main::wrongArguments)
                .setExecutionExceptionHandler(Main::failure);
    }

    private static int execute(CommandLine.ParseResult parsed) {
        List<String> problems = Fathom.checkProperties();
        if (!problems.isEmpty() && CommandLine.executeHelpRequest(parsed) == null) {
            throw new ParameterException(parsed.asCommandLineList().getLast(), problems.getFirst());
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int wrongArguments(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String reason = e instanceof UnmatchedArgumentException unmatched ? Suggestions.of(unmatched) : oneLine(e);
        command.getErr()
                .println("%s: %s (%1$s --help tells more)".formatted(command.getCommandSpec().qualifiedName(), reason));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failure(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        if (e instanceof RecipeException r) {
            String option =
                    r.option()
                            .map(o -> "--" + (o.equals("folder") ? "out" : RecipeOwnOptions.kebab(o)) + ": ")
                            .orElse("");
            return wrongArguments(new ParameterException(command, option + r.reason(), r), new String[0]);
        }
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
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : null;
        boolean saysNoMore = e.getMessage() == null || cause != null && e.getMessage().equals(cause.toString());
        Throwable t = cause != null && saysNoMore ? cause : e;
        String message = t.getMessage();
        // messages of the JDK's file exceptions contain only the path
        String text =
                switch (t) {
                    case NoSuchFileException f -> f.getFile() + ": the file does not exist";
                    case AccessDeniedException f -> f.getFile() + ": no permission";
                    case FileAlreadyExistsException f -> f.getFile() + ": it is a file already";
                    case NotDirectoryException f -> f.getFile() + ": it is not a folder";
                    case InvalidPathException f -> unreadable(f);
                    default -> message == null || message.isBlank() ? t.getClass().getSimpleName() : message;
                };
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static String unreadable(InvalidPathException e) {
        return "%s: the file system's encoding here, %s, cannot write this name; set LC_ALL to C.UTF-8"
                .formatted(e.getInput(), System.getProperty("sun.jnu.encoding"));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which command? There are " + String.join(", ", Suggestions.commands(spec.commandLine())));
    }
}
