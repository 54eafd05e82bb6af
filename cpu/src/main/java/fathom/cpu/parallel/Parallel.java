package fathom.cpu.parallel;

import fathom.Fathom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loops over a range of indices on all worker threads.
 *
 * <p>A range is cut into chunks of a fixed size; which thread runs a chunk is left to chance, but the chunks themselves
 * depend on the range and the grain only. Work that combines partial results by chunk in a fixed order is therefore the
 * same, bit for bit, whatever the number of threads.
 *
 * <p>The number of threads (the caller counts as one) is the system property {@code fathom.threads}, by default that of
 * the processors, and can be changed at any time by {@link #setThreads}. Loops inside loops, loops started while
 * another thread's loop occupies the workers, and loops of threads whose priority is less than normal (they make
 * batches while others train) run in the calling thread alone.
 */
public final class Parallel {
    /** Held by the one loop that occupies the workers; a loop that finds it taken runs inline. */
    private static final AtomicBoolean BUSY = new AtomicBoolean();

    private static volatile Workers workers = new Workers(initialThreads());

    private Parallel() {}

    /** Returns the number of threads a loop runs on, the calling thread included. */
    public static int threads() {
        return workers.threads();
    }

    /**
     * Sets the number of threads that loops run on from now on. Loops already running keep theirs.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static synchronized void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: must be at least 1, got " + threads);
        }
        if (threads != workers.threads()) {
            var old = workers;
            workers = new Workers(threads);
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
        var team = workers;
        if (team.threads() == 1
                || Thread.currentThread().getPriority() < Thread.NORM_PRIORITY
                || !BUSY.compareAndSet(false, true)) {
            inline(n, grain, body);
            return;
        }
        try {
            team.run(new Region(n, grain, body));
        } finally {
            BUSY.set(false);
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
