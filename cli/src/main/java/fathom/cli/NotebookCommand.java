package fathom.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Documents {@code fathom notebook}, which the launcher executes itself, before this program starts. */
@Command(
        name = "notebook",
        description = {
            "Start Jupyter with a kernel that has Fathom: cells of Java with \"import module fathom;\".",
            "The kernel is installed for the user first; JupyterLab or Notebook starts where it is installed."
        })
final class NotebookCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Option(names = "--install", description = "Only install the kernel, for an editor that starts it.")
    private boolean install;

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "Arguments for Jupyter, such as a notebook.")
    private List<String> arguments;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "use ./fathom notebook: the launcher at the root of the project starts it");
    }
}
