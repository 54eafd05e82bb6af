package fathom.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Documents {@code fathom run}, which the launcher executes itself, before this program starts. */
@Command(name = "run", description = "Run your program, a Java file with \"import module fathom;\".")
final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(index = "0", paramLabel = "FILE.java", description = "The program.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of its main method.")
    private List<String> arguments;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "use ./fathom run %s: the launcher at the root of the project runs it".formatted(file));
    }
}
