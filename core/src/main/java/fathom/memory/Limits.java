package fathom.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much memory there may be, from system properties, the machine and its control group. */
final class Limits {
    private static final long GIGABYTE = 1L << 30;

    private Limits() {}

    /** {@return the most bytes that may be held: {@code fathom.memory.limit}, or else 80 % of the machine's} */
    static long held() {
        return property("fathom.memory.limit", physicalMemory() / 10 * 8);
    }

    /**
     * {@return bytes handed out, and not come back, after which a collection is asked for: {@code
     * fathom.memory.budget}, or else what suits the machine}
     */
    static long uncollected(long limit) {
        return property("fathom.memory.budget", Math.clamp(limit / 64, GIGABYTE / 32, GIGABYTE / 8));
    }

    private static long property(String name, long otherwise) {
        String text = System.getProperty(name);
        return text == null || text.isBlank() ? otherwise : parse(name, text);
    }

    /**
     * {@return the bytes that a text such as {@code 4g}, {@code 512m} or {@code 1000000} stands for}
     *
     * @throws IllegalArgumentException if it stands for none
     */
    static long parse(String name, String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int shift = t.isEmpty() ? 0 : "kmgt".indexOf(t.charAt(t.length() - 1)) + 1;
        try {
            long number = Long.parseLong(shift == 0 ? t : t.substring(0, t.length() - 1).strip());
            if (number > 0 && number <= Long.MAX_VALUE >> 10 * shift) {
                return number << 10 * shift;
            }
        } catch (NumberFormatException e) {
            // reported below, with the numbers that parse but mean nothing
        }
        throw new IllegalArgumentException(
                "%s: must be a positive number of bytes such as 4g or 512m, got %s".formatted(name, text));
    }

    private static long physicalMemory() {
        try {
            String total = Files.readAllLines(Path.of("/proc/meminfo")).getFirst();
            long bytes = Long.parseLong(total.replaceAll("\\D+", "")) * 1024;
            String group = read(Path.of("/sys/fs/cgroup/memory.max"));
            return group == null || group.equals("max") ? bytes : Math.min(bytes, Long.parseLong(group));
        } catch (IOException | RuntimeException e) {
            return 4 * Math.max(GIGABYTE, Runtime.getRuntime().maxMemory()); // the JVM takes a quarter of what there is
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file).strip() : null;
    }
}
