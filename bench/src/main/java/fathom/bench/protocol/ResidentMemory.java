package fathom.bench.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the operating system says of this process's memory; only Linux is asked. */
public final class ResidentMemory {
    private ResidentMemory() {}

    /**
     * {@return what is resident now, and the most that was}
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
