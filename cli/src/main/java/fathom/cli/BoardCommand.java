package fathom.cli;

import fathom.board.Board;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows training runs in a browser. */
@Command(
        name = "board",
        description = {
            "Show running and finished runs in a browser: curves, hyper-parameters, pictures.",
            "The page is updated while trainings go on; only this machine can open it. Ctrl-C ends it."
        })
final class BoardCommand implements Callable<Integer> {
    private static final String DEFAULT_RUNS = "runs";

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            paramLabel = "RUNS",
            arity = "0..*",
            description = "Folders of runs, or folders that have runs below them. Default: runs.")
    private List<Path> runs = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the page; 0 for any. Default: 7007, or one of the next if it is in use.")
    private @Nullable Integer port;

    @Option(names = "--open", description = "Open the page in the default browser.")
    private boolean open;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port != null && (port < 0 || port > 65535)) {
            throw new ParameterException(
                    spec.commandLine(), String.format(Locale.ROOT, "--port: must be from 0 to 65535, is %d", port));
        }
        for (Path folder : runs) {
            if (!Files.isDirectory(folder)) {
                throw new ParameterException(
                        spec.commandLine(),
                        Files.exists(folder)
                                ? folder + " is a file, not a folder of runs"
                                : "there is no folder " + folder);
            }
        }
        List<Path> folders = runs.isEmpty() ? List.of(Path.of(DEFAULT_RUNS)) : runs;
        PrintWriter out = spec.commandLine().getOut();
        try (Board board =
                Board.start(b -> {
                    b.runs(folders.toArray(Path[]::new));
                    if (port != null) {
                        b.port(port);
                    }
                })) {
            out.println(board.address());
            if (runs.isEmpty() && !Files.isDirectory(folders.getFirst())) {
                spec.commandLine()
                        .getErr()
                        .println(
                                "fathom board: there is no folder runs yet; a training makes it, and appears by itself");
            }
            out.flush();
            if (open) {
                open(board.address().toString());
            }
            new CountDownLatch(1).await(); // until the program is ended
        }
        return 0;
    }

    /** Opens an address with the system's own command; where there is none, it was printed. */
    private void open(String address) {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String command = system.contains("mac") ? "open" : "xdg-open";
        try {
            new ProcessBuilder(command, address)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            spec.commandLine()
                    .getErr()
                    .println("fathom board: no browser could be opened (%s); open %s".formatted(command, address));
        }
    }
}
