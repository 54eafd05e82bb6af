package fathom.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Memory limits, from system properties, the machine and its control group. */
public final class Limits {
    private static final long GIGABYTE = 1L << 30;

    /** The expected format of a number of bytes, for messages. */
    public static final String FORM = "a number of bytes of at least 1, such as 4g or 512m";

    private Limits() {}

    /**
     * {@return the maximum number of bytes held: {@code fathom.memory.limit}, by default 80 % of the machine's memory}
     */
    static long held() {
        return parse(System.getProperty("fathom.memory.limit", "")).orElse(physicalMemory() / 10 * 8);
    }

    /**
     * {@return the number of bytes allocated and not returned that triggers a collection: {@code fathom.memory.budget},
     * by default one that suits the machine}
     */
    static long uncollected(long limit) {
        return parse(System.getProperty("fathom.memory.budget", ""))
                .orElse(Math.clamp(limit / 64, GIGABYTE / 32, GIGABYTE / 8));
    }

    /**
     * {@return the number of bytes denoted by a text such as {@code 4g}, {@code 512m} or {@code 1000000}; empty unless
     * positive}
     */
    public static OptionalLong parse(String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int shift = t.isEmpty() ? 0 : 10 * ("kmgt".indexOf(t.charAt(t.length() - 1)) + 1);
        try {
            long number = Long.decode(shift == 0 ? t : t.substring(0, t.length() - 1));
            return number > 0 && number <= Long.MAX_VALUE >> shift
                    ? OptionalLong.of(number << shift)
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static long physicalMemory() {
        try {
            String total = Files.readAllLines(Path.of("/proc/meminfo")).getFirst();
            long bytes = Long.parseLong(total.replaceAll("\\D+", "")) * 1024;
            String group = read(Path.of("/sys/fs/cgroup/memory.max"));
            return group == null || group.equals("max") ? bytes : Math.min(bytes, Long.parseLong(group));
        } catch (IOException | RuntimeException e) {
            return 4
                    * Math.max(
                            GIGABYTE,
                            Runtime.getRuntime()
                                    .maxMemory()); // the JVM takes a quarter of the machine's memory by default
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file).strip() : null;
    }
}
