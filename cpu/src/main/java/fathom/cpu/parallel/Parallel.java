package fathom.cpu.parallel;

import fathom.Fathom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Loops over a range of indices on all worker threads.
 *
 * <p>A range is cut into chunks of a fixed size; which thread runs a chunk is left to chance, but the chunks themselves
 * depend on the range and the grain only. Work that combines partial results by chunk in a fixed order is therefore the
 * same, bit for bit, whatever the number of threads.
 *
 * <p>The number of threads (the caller counts as one) is the system property {@code fathom.threads}, by default that of
 * the processors, and can be changed at any time by {@link #setThreads}. Each CPU device has threads of its own; a
 * backend says by {@link #enter} for which device its thread computes. Loops inside loops, loops started while another
 * thread's loop occupies the workers, and loops of threads whose priority is less than normal (they make batches while
 * others train) run in the calling thread alone.
 */
public final class Parallel {
    /** CPU devices that there may be. */
    private static final int MOST_DEVICES = 64;

    /** The team of the first CPU device. */
    private static volatile Workers workers = new Workers(0, initialThreads());

    /** Those of other CPU devices, by number; made at the first use. */
    private static final AtomicReferenceArray<@Nullable Workers> OTHERS = new AtomicReferenceArray<>(MOST_DEVICES);

    /** The CPU device that a thread computes for, where that is not the first one. */
    private static final ThreadLocal<Integer> DEVICE = ThreadLocal.withInitial(() -> 0);

    /**
     * Whether any thread ever computed for another device. A thread that does sets it first, and workers see what was
     * written before their loop, so it need not be volatile.
     */
    private static boolean several;

    private Parallel() {}

    /** Returns the number of threads a loop runs on, the calling thread included. */
    public static int threads() {
        return workers.threads();
    }

    /** {@return the number of threads that a loop of a CPU device runs on, the calling thread included} */
    public static int threads(int device) {
        return team(device).threads();
    }

    /**
     * Has loops of this thread run on the team of a CPU device from now on.
     *
     * @return the number of the device whose team they ran on before, to be restored by another call
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

    /** {@return the team of the device that this thread computes for} */
    private static Workers mine() {
        return Thread.currentThread() instanceof Workers.Worker worker ? worker.team() : team(DEVICE.get());
    }

    /**
     * Sets the number of threads that loops run on from now on. Loops already running keep theirs.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static synchronized void setThreads(int threads) {
        setThreads(0, threads);
    }

    /**
     * As {@link #setThreads(int)}, of the team of a CPU device.
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
     * are done. What the chunks wrote is then visible to the caller.
     *
     * <p>When a chunk throws, chunks not yet begun are skipped, and the exception reaches the caller once those that
     * had begun are over.
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
        var team = several ? mine() : workers;
        if (team.threads() == 1 || Thread.currentThread().getPriority() < Thread.NORM_PRIORITY || !team.claim()) {
            inline(n, grain, body);
            return;
        }
        try {
            team.run(new Region(n, grain, body));
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
        // what means nothing is refused where operations are given to backends
        return property == null || property < 1 || property > Fathom.MAX_THREADS
                ? Math.min(processors, Fathom.MAX_THREADS)
                : property;
    }
}
