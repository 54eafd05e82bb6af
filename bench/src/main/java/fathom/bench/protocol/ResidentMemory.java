package fathom.bench.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The resident memory of this process as reported by the operating system; Linux only. */
public final class ResidentMemory {
    private ResidentMemory() {}

    /**
     * {@return the current and the peak resident memory}
     *
     * @throws UnsupportedOperationException if the system has no {@code /proc}
     */
    public static Answer.Resident read() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
            return new Answer.Resident(kilobytes(lines, "VmRSS:") << 10, kilobytes(lines, "VmHWM:") << 10);
        } catch (IOException e) {
            throw new UnsupportedOperationException("this system has no /proc/self/status to read memory from", e);
        }
    }

    private static long kilobytes(List<String> lines, String name) {
        return lines.stream()
                .filter(l -> l.startsWith(name))
                .map(l -> l.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
