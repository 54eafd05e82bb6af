package fathom.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Documentation of the commands that the launcher executes itself, before this program starts. */
final class LauncherCommands {
    private LauncherCommands() {}

    /** A command of the launcher, which reaches this program only without the launcher, or for its help. */
    abstract static class OfLauncher implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Override
        public Integer call() {
            throw new ParameterException(
                    spec.commandLine(),
                    "use ./fathom %s: the launcher at the root of the project runs it".formatted(spec.name()));
        }
    }

    /** {@code fathom run}. */
    @Command(name = "run", description = "Run your program, a Java file with \"import module fathom;\".")
    static final class Run extends OfLauncher {
        @Parameters(index = "0", paramLabel = "FILE.java", description = "The program.")
        private Path file;

        @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of its main method.")
        private List<String> arguments;
    }

    /** {@code fathom bench}. */
    @Command(
            name = "bench",
            description = "Compare Fathom with libtorch, which is downloaded; \"fathom bench --help\" tells more.")
    static final class Bench extends OfLauncher {
        @Parameters(index = "0..*", paramLabel = "ARGUMENT", description = "What to measure.")
        private List<String> arguments;
    }

    /** {@code fathom docs}. */
    @Command(name = "docs", description = "Write the Javadoc of all public packages as one site.")
    static final class Docs extends OfLauncher {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FOLDER",
                description = "The site's folder. Default: target/docs in the project.")
        private @Nullable Path folder;
    }

    /** A command for the link by which {@code fathom} is a command everywhere. */
    abstract static class OfLink extends OfLauncher {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FOLDER",
                description = "The folder of the link. Default: ~/.local/bin.")
        private @Nullable Path folder;
    }

    /** {@code fathom install}. */
    @Command(
            name = "install",
            description = {
                "Install a link to this launcher, so that \"fathom\" is a command everywhere, and the completion for bash and zsh.",
                "\"fathom uninstall\" removes them."
            })
    static final class Install extends OfLink {}

    /** {@code fathom uninstall}. */
    @Command(name = "uninstall", description = "Remove what \"fathom install\" installed.")
    static final class Uninstall extends OfLink {}

    /** The launcher's options, which it does not pass on. */
    static final class Options {
        @Option(
                names = "--class-path",
                paramLabel = "CLASSES",
                description = "Folders and jars with recipes or layers of yours, separated by colons.")
        private @Nullable String classPath;
    }
}
