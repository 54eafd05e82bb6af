package fathom;

import fathom.memory.Allocator;
import fathom.memory.WorkingMemory;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Fathom in this process: its version, its threads, what computes, and the memory in use. */
public final class Fathom {
    /** The most threads that compute: more than any machine has processors, and no more than one can bear. */
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
     * {@return how many threads compute on the CPU; at first the property {@code fathom.threads}, or else all
     * processors}
     */
    public static int threads() {
        return Device.CPU.threads();
    }

    /**
     * Sets how many threads compute on the CPU, that is the device {@code cpu:0}; others are {@linkplain
     * Device#setThreads told apart}. Results do not depend on it.
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
                            Locale.ROOT, "setThreads: from 1 to %d threads compute, not %d", MAX_THREADS, threads));
        }
    }

    /**
     * {@return what is wrong with the system properties {@code fathom.*}, a line each: values that mean nothing, and
     * properties that there are not}
     *
     * <p>The first operation throws an exception that names the first such value, and logs a warning for each such
     * property; a program that would rather say so at its start asks here.
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

    /** {@return what computes, best first} */
    public static List<BackendStatus> backends() {
        return Backends.all().stream().map(b -> new BackendStatus(b.name(), Backends.isUsed(b), b.status())).toList();
    }

    /**
     * Memory, in bytes. What this process holds is {@code inUse + cached + scratch}.
     *
     * @param inUse held by tensors that are reachable, or not yet found unreachable
     * @param cached kept for tensors to come
     * @param peak the most held by tensors at once, since the start or {@link Fathom#resetPeakMemory}
     * @param limit the most that may be held, {@code -Dfathom.memory.limit}: bytes, or such as {@code 4g}; by default
     *     80 % of the machine's memory, or its container's
     * @param slabs the part of {@code inUse} that small tensors (up to 512 bytes) share
     * @param scratch what kernels work in: in use by those that run, or kept for the next
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
     * <p>CPU devices share the limit, and what kernels work in, which counts as that of {@link Device#CPU}.
     */
    public static Memory memory(Device device) {
        Allocator.Usage u = device.memory().deviceUsage();
        long scratch = device == Device.CPU ? WorkingMemory.held() : 0;
        return new Memory(u.inUse(), u.cached(), u.peak(), u.limit(), u.slabs(), scratch);
    }

    /**
     * Gives memory of all devices that waits for reuse back to the system: between phases of a program that need
     * different amounts. It is done by itself where the limit is reached.
     */
    public static void trimMemory() {
        Allocator.trim();
    }

    /** Starts the peaks of {@link #memory()} anew from what is in use, on all devices. */
    public static void resetPeakMemory() {
        Allocator.resetPeak();
    }

    /** Starts the peak of {@link #memory(Device)} anew from what is in use. */
    public static void resetPeakMemory(Device device) {
        device.memory().resetDevicePeak();
    }
}
