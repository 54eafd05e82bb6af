package fathom.bench.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs programs in JVMs with default flags: of the launcher's options only the Vector API module. */
public final class PlainJvm {
    private PlainJvm() {}

    /**
     * Runs a program from this class path.
     *
     * @param flags for the JVM
     * @param parse parses a line of output; null if it has no result
     * @return the result of the first line that has one
     * @throws IOException with the output in the message, if there is no such line
     */
    public static <T> T run(
            List<String> flags, Class<?> program, List<String> arguments, Function<String, @Nullable T> parse)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(arguments);
        var output = new ArrayList<String>();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var killer = Thread.ofPlatform().unstarted(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                T said = parse.apply(line);
                if (said != null) {
                    return said;
                }
                if (!line.startsWith("WARNING: ")) {
                    output.add(line);
                }
            }
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(killer);
        }
        throw new IOException(
                "%s printed no result: %s".formatted(String.join(" ", command), String.join("; ", output)));
    }
}
