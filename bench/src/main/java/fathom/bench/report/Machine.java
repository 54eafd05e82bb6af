package fathom.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The machine that runs the benchmark.
 *
 * @param processor the name of the processor
 * @param cores the number of cores available to this process
 * @param system the operating system
 * @param java the version of Java
 */
public record Machine(String processor, int cores, String system, String java) {
    /** {@return this machine} */
    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.version().toString());
    }

    private static String processorName() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
            return lines.stream()
                    .filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, %d cores, %s, Java %s", processor, cores, system, java);
    }
}
