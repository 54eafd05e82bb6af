package fathom.cpu.parallel;

import fathom.Fathom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Parallel loops over a range of indices.
 *
 * <p>A range is divided into chunks of a fixed size. Threads claim chunks dynamically, first those of their own part of
 * the range, but the chunks themselves depend on the range and the grain only, so code that combines the chunks'
 * partial results in a fixed order is deterministic, bit for bit, for any number of threads.
 *
 * <p>The number of threads, including the caller, is the system property {@code fathom.threads}, by default the number
 * of processors; {@link #setThreads} changes it at any time. Each CPU device has its own team of threads; a backend
 * selects the team of the current thread by {@link #enter}. Nested loops, loops started while another thread's loop
 * occupies the team, and loops of threads with less than normal priority (data loaders, which run beside training) run
 * on the calling thread alone.
 */
public final class Parallel {
    /** Maximum number of CPU devices. */
    private static final int MAX_DEVICES = 64;

    /** The team of the first CPU device. */
    private static volatile Workers workers = new Workers(0, initialThreads());

    /** The teams of other CPU devices by index, created at first use. */
    private static final AtomicReferenceArray<@Nullable Workers> OTHERS = new AtomicReferenceArray<>(MAX_DEVICES);

    /** The index of the CPU device for which a thread computes. */
    private static final ThreadLocal<Integer> DEVICE = ThreadLocal.withInitial(() -> 0);

    /**
     * Whether any thread ever computed for another device than the first. It is set before any loop on another device,
     * and a loop's start publishes it to the workers, so it need not be volatile.
     */
    private static boolean several;

    private Parallel() {}

    /** {@return the number of threads on which a loop runs, including the calling thread} */
    public static int threads() {
        return workers.threads();
    }

    /** {@return the number of threads on which a loop of a CPU device runs, including the calling thread} */
    public static int threads(int device) {
        return team(device).threads();
    }

    /**
     * Selects the team of a CPU device for the loops of this thread.
     *
     * @return the previously selected device, to be restored by another call
     */
    public static int enter(int device) {
        several |= device != 0;
        int before = DEVICE.get();
        DEVICE.set(device);
        return before;
    }

    private static Workers team(int device) {
        if (device == 0) {
            return workers;
        }
        Workers team = OTHERS.get(device);
        return team != null ? team : make(device);
    }

    private static synchronized Workers make(int device) {
        Workers team = OTHERS.get(device);
        if (team == null) {
            team = new Workers(device, initialThreads());
            OTHERS.set(device, team);
        }
        return team;
    }

    /** {@return the team of this thread's device} */
    private static Workers ownTeam() {
        return Thread.currentThread() instanceof Workers.Worker worker ? worker.team() : team(DEVICE.get());
    }

    /**
     * Sets the number of threads of later loops; running loops are not affected.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static synchronized void setThreads(int threads) {
        setThreads(0, threads);
    }

    /**
     * Sets the number of threads of a CPU device's team; see {@link #setThreads(int)}.
     *
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static synchronized void setThreads(int device, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: must be at least 1, got " + threads);
        }
        var old = team(device);
        if (threads != old.threads()) {
            var team = new Workers(device, threads);
            if (device == 0) {
                workers = team;
            } else {
                OTHERS.set(device, team);
            }
            old.close();
        }
    }

    /**
     * Runs {@code body} on each chunk {@code [0, grain), [grain, 2 grain), ...} of {@code [0, n)} and returns when all
     * have ended. Their writes are then visible to the caller.
     *
     * <p>When a chunk throws, chunks that have not started are skipped, and the exception is rethrown to the caller
     * after the running ones have ended.
     *
     * @param n length of the range; nothing happens if it is 0
     * @param grain indices per chunk, at least 1; choose it from the size of the problem, never from the number of
     *     threads
     * @param body called once per chunk, possibly from several threads at a time
     */
    public static void forRange(long n, long grain, RangeBody body) {
        if (grain < 1) {
            throw new IllegalArgumentException("forRange: grain must be at least 1, got " + grain);
        }
        if (n <= grain) {
            if (n > 0) {
                NotInlined.run(body, 0, n);
            }
            return;
        }
        var team = several ? ownTeam() : workers;
        if (team.threads() == 1 || Thread.currentThread().getPriority() < Thread.NORM_PRIORITY || !team.claim()) {
            inline(n, grain, body);
            return;
        }
        try {
            team.run(new Region(n, grain, body, team.threads()));
        } finally {
            team.release();
        }
    }

    private static void inline(long n, long grain, RangeBody body) {
        for (long from = 0; from < n; ) {
            long to = n - from > grain ? from + grain : n;
            NotInlined.run(body, from, to);
            from = to;
        }
    }

    private static int initialThreads() {
        int processors = Runtime.getRuntime().availableProcessors();
        Integer property = Integer.getInteger("fathom.threads");
        // core rejects an invalid property, with a message, when it loads the backends
        return property == null || property < 1 || property > Fathom.MAX_THREADS
                ? Math.min(processors, Fathom.MAX_THREADS)
                : property;
    }
}
