package fathom;

import fathom.memory.Allocator;
import fathom.memory.WorkingMemory;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The state of Fathom in this process: version, threads, backends, memory in use. */
public final class Fathom {
    /**
     * The maximum number of computing threads: more than any machine has processors, and few enough for one to sustain.
     */
    public static final int MAX_THREADS = 1024;

    private Fathom() {}

    /** {@return the version, as {@code 0.1.0}} */
    public static String version() {
        var descriptor = Fathom.class.getModule().getDescriptor();
        String fromModule = descriptor == null ? null : descriptor.rawVersion().orElse(null);
        String fromJar = Fathom.class.getPackage().getImplementationVersion();
        return fromModule != null ? fromModule : fromJar != null ? fromJar : "development";
    }

    /**
     * {@return the number of threads that compute on the CPU; initially the property {@code fathom.threads}, by default
     * all processors}
     */
    public static int threads() {
        return Device.CPU.threads();
    }

    /**
     * Sets the number of threads that compute on the CPU, that is, the device {@code cpu:0}; others are {@linkplain
     * Device#setThreads set separately}. Results do not depend on it.
     *
     * @throws IllegalArgumentException if it is less than 1 or more than {@link #MAX_THREADS}
     */
    public static void setThreads(int threads) {
        Device unused = Device.CPU.setThreads(threads);
    }

    static void checkThreads(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "setThreads: the number of threads must be from 1 to %d, not %d",
                            MAX_THREADS,
                            threads));
        }
    }

    /**
     * {@return the problems of the system properties {@code fathom.*}, a line each: invalid values and unknown
     * properties}
     *
     * <p>The first operation throws an exception that names the first invalid value, and logs a warning per unknown
     * property; a program that prefers to report them at its start calls this.
     */
    public static List<String> checkProperties() {
        return Stream.concat(Properties.wrong().stream(), Properties.unknown().stream()).toList();
    }

    /**
     * A backend, and whether it is used.
     *
     * @param name its short name
     * @param used whether primitives run on it
     * @param status one line: version, or why it is not used
     */
    public record BackendStatus(String name, boolean used, String status) {}

    /** {@return all backends, by descending priority} */
    public static List<BackendStatus> backends() {
        return Backends.all().stream().map(b -> new BackendStatus(b.name(), Backends.isUsed(b), b.status())).toList();
    }

    /**
     * Memory, in bytes. The process holds {@code inUse + cached + scratch}.
     *
     * @param inUse held by tensors that are reachable, or not yet found unreachable
     * @param cached kept for future tensors
     * @param peak the maximum held by tensors, since the start or {@link Fathom#resetPeakMemory}
     * @param limit the maximum to be held, {@code -Dfathom.memory.limit}: a number of bytes, or a value such as {@code
     *     4g}; by default 80 % of the machine's memory, or its container's
     * @param slabs the part of {@code inUse} shared by small tensors (up to 512 bytes)
     * @param scratch the working memory of kernels, in use or cached
     */
    public record Memory(long inUse, long cached, long peak, long limit, long slabs, long scratch) {}

    /** {@return the memory of all devices together} */
    public static Memory memory() {
        Allocator.Usage u = Allocator.usage();
        return new Memory(u.inUse(), u.cached(), u.peak(), u.limit(), u.slabs(), WorkingMemory.held());
    }

    /**
     * {@return the memory of one device}
     *
     * <p>CPU devices share the limit and the working memory of kernels, which is reported for {@link Device#CPU}.
     */
    public static Memory memory(Device device) {
        Allocator.Usage u = device.memory().deviceUsage();
        long scratch = device == Device.CPU ? WorkingMemory.held() : 0;
        return new Memory(u.inUse(), u.cached(), u.peak(), u.limit(), u.slabs(), scratch);
    }

    /**
     * Returns cached memory of all devices to the system: between phases of a program with different memory needs. Done
     * automatically at the limit.
     */
    public static void trimMemory() {
        Allocator.trim();
    }

    /** Resets the peaks of {@link #memory()} to current use, on all devices. */
    public static void resetPeakMemory() {
        Allocator.resetPeak();
    }

    /** Resets the peak of {@link #memory(Device)} to current use. */
    public static void resetPeakMemory(Device device) {
        device.memory().resetDevicePeak();
    }
}
