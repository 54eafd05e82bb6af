package fathom.book.run;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program that runs the cells of one page: commands on standard input, events on standard output, each a line of
 * JSON. Cells run in this JVM itself, so that values show themselves as what they are.
 */
public final class PageJvm {
    /** What cells start with. */
    static final List<String> IMPORTS =
            List.of(
                    "import module java.base;",
                    "import module fathom;",
                    "import static fathom.Tensors.*;",
                    "import static fathom.book.cells.Cells.*;");

    private static final JsonMapper JSON = new JsonMapper();
    private static final int STOP_MILLIS = 50;

    private final PrintStream out;
    private final JShell shell;
    private final CellEvaluation evaluation;
    private volatile boolean isRunning;

    private PageJvm(PrintStream out, JShell shell) {
        this.out = out;
        this.shell = shell;
        this.evaluation = new CellEvaluation(shell);
    }

    /**
     * Runs cells until standard input ends.
     *
     * @param args the characters that one cell may print
     */
    public static void main(String[] args) throws IOException {
        String format = "java.util.logging.SimpleFormatter.format";
        if (System.getProperty(format) == null) {
            System.setProperty(format, "fathom: %5$s%n");
        }
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.setIn(InputStream.nullInputStream());
        try (JShell shell =
                JShell.builder()
                        .executionEngine(CellExecution.provider(), Map.of())
                        .compilerOptions("--module-path", modulePath(), "--add-modules", "fathom,fathom.book")
                        .build()) {
            var jvm = new PageJvm(out, shell);
            CellSink.open(jvm::send, Integer.parseInt(args[0]));
            for (String line : IMPORTS) {
                Failure failure = jvm.evaluation.run(line, false);
                if (failure != null) {
                    throw new IOException(line + ": " + failure.message());
                }
            }
            jvm.send(new LinkedHashMap<>(Map.of("event", "ready")));
            jvm.serve(in);
        }
        // threads of cells may still run
        Runtime.getRuntime().halt(0);
    }

    /**
     * {@return the modules that cells are compiled with: this JVM's, or where it runs on the class path, those there}
     */
    private static String modulePath() {
        String modules = System.getProperty("jdk.module.path");
        return modules != null && PageJvm.class.getModule().isNamed()
                ? modules
                : System.getProperty("java.class.path").replace(File.pathSeparator + File.pathSeparator, ":");
    }

    private synchronized void send(Map<String, Object> event) {
        out.println(JSON.writeValueAsString(event));
        out.flush();
    }

    private void serve(BufferedReader in) {
        BlockingQueue<JsonNode> commands = new LinkedBlockingQueue<>();
        Thread.ofPlatform()
                .daemon()
                .name("commands")
                .start(() -> {
                    try {
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            JsonNode command = JSON.readTree(line);
                            if (command.has("stop")) {
                                stop();
                            } else {
                                commands.add(command);
                            }
                        }
                    } catch (IOException e) {
                        // as if it had ended
                    }
                    Runtime.getRuntime().halt(0);
                });
        while (true) {
            JsonNode command;
            try {
                command = commands.take();
            } catch (InterruptedException e) {
                // a cell has interrupted this thread: the next command is served all the same
                continue;
            }
            String code = command.path("run").asString("");
            boolean isCell = command.has("run");
            CellSink.begin();
            evaluation.begin();
            isRunning = true;
            long start = System.nanoTime();
            Failure failure =
                    isCell
                            ? evaluation.run(code, true)
                            : evaluation.run(
                                    "fathom.book.run.CellSink.values(\"%1$s\", %1$s);"
                                            .formatted(command.path("values").asString()),
                                    false);
            isRunning = false;
            System.out.flush();
            System.err.flush();
            var done = new LinkedHashMap<String, Object>();
            done.put("event", "done");
            done.put("millis", (System.nanoTime() - start) / 1_000_000);
            if (failure != null) {
                done.put("kind", failure.kind().name().toLowerCase(Locale.ROOT));
                done.put("message", failure.message());
            }
            send(done);
        }
    }

    /** Stops the running cell. Between two of its pieces there is nothing to stop, so this is tried again. */
    private void stop() {
        evaluation.stop();
        Thread.ofPlatform()
                .daemon()
                .name("stop")
                .start(() -> {
                    while (isRunning && evaluation.isStopped()) {
                        shell.stop();
                        try {
                            Thread.sleep(STOP_MILLIS);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
    }

    /** {@return the first complete piece of some code, and what is left} */
    static SourceCodeAnalysis.@Nullable CompletionInfo first(JShell shell, String code) {
        SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(code);
        return info.completeness() == Completeness.EMPTY ? null : info;
    }
}
