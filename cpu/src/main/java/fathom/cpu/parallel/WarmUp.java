package fathom.cpu.parallel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gets vector code compiled beside the program's work. The interpreter runs code of the Vector API hundreds of times
 * slower than the compiler's, and the compiler comes only after some number of calls. So a routine has a plain twin
 * that gives the same bits; once the routine has had some work, a daemon thread calls it on made-up data until it is
 * fast, and it takes over.
 */
public final class WarmUp {
    /** Set to have the vector code used from the first call (the tests do). */
    public static final boolean EAGER = Boolean.getBoolean("fathom.cpu.eager");

    /** When to stop waiting for the compiler, in nanoseconds. */
    private static final long PATIENCE = 20_000_000_000L;

    /**
     * After this time the compiler has been asked; from then on the exercises leave it the processor, in nanoseconds.
     */
    private static final long ASKED = 200_000_000L;

    /** Calls with nothing to do; the second compiler comes after 5,000 that follow the first compiler's work. */
    private static final int CALLS_PER_ROUND = 200;

    /**
     * Calls with work among them. The second compiler arranges code for how often it was taken: after two calls with
     * work in thousands of idle ones, sums ran 30 times slower than after one in fifty.
     */
    private static final int WORK_PER_ROUND = 4;

    /** Rounds that usually get the second compiler to work; then it is given time. */
    private static final int BUSY_ROUNDS = 20;

    /** Calls after which the first compiler is asked. */
    private static final int FIRST_CALLS = 220;

    /** Times half a millisecond that it is waited for. */
    private static final int FIRST_ROUNDS = 40;

    private static final List<WarmUp> WAITING = new ArrayList<>();
    private static @Nullable Thread thread;

    private final long worthIt;
    private final Runnable job;
    private final AtomicBoolean ordered = new AtomicBoolean();
    private volatile boolean done;
    private long work; // racy on purpose: a lost addition only delays the order

    /**
     * @param worthIt amount of work after which the job is done
     * @param job what makes the routine ready; runs once, in the background
     */
    public WarmUp(long worthIt, Runnable job) {
        this.worthIt = worthIt;
        this.job = job;
        this.done = EAGER;
        if (EAGER) {
            ordered.set(true);
        }
    }

    /**
     * Tells of work to be done.
     *
     * @return whether the job has been done, so that the vector code is to be used
     */
    public boolean isDone(long more) {
        if (done) {
            return true;
        }
        work += more;
        if (work >= worthIt && ordered.compareAndSet(false, true)) {
            order(this);
        }
        return false;
    }

    /** Has the job done once more: what it had made ready is so no longer. */
    public void again() {
        if (!EAGER && done) {
            done = false;
            order(this);
        }
    }

    /**
     * Repeats exercises until they take no longer than code that is compiled, or for some seconds at most.
     *
     * @param goal nanoseconds that the last exercise may take when it is compiled
     * @param exercises run in turn
     */
    public static void untilFast(long goal, Runnable... exercises) {
        long begin = System.nanoTime();
        while (true) {
            long last = begin;
            for (var exercise : exercises) {
                last = System.nanoTime();
                exercise.run();
            }
            long now = System.nanoTime();
            if (now - last <= goal || now - begin > PATIENCE) {
                return;
            }
            if (now - begin > ASKED) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /**
     * Gets a routine compiled: calls it with nothing to do, which the compiler counts just as well, and shows it real
     * work now and then. Uncompiled vector code that works keeps the compiler busy with the innards of the Vector API,
     * for longer than the routine itself takes it.
     *
     * @param idle a call with nothing to do
     * @param work calls that take every branch
     * @param probe the smallest of calls with work
     * @param goal nanoseconds that the probe takes at most when it is compiled
     * @return whether the probe became as fast, in some seconds
     */
    public static boolean untilCompiled(Runnable idle, Runnable work, Runnable probe, long goal) {
        long begin = System.nanoTime();
        awaitFirstCompiler(idle);
        for (int round = 0; System.nanoTime() - begin < PATIENCE; round++) {
            // in every round: the first compiler may come late, and the second one throws away what it was not shown
            repeat(work, WORK_PER_ROUND);
            repeat(idle, CALLS_PER_ROUND);
            if (round >= BUSY_ROUNDS) {
                if (staysFast(work, probe, goal)) {
                    return true;
                }
                LockSupport.parkNanos(1_000_000); // it is the compiler's turn
            }
        }
        return false;
    }

    /** Whether the probe is fast, also after all branches were taken: one that is not compiled undoes the whole. */
    private static boolean staysFast(Runnable work, Runnable probe, long goal) {
        if (!isFast(probe, goal)) {
            return false;
        }
        repeat(work, WORK_PER_ROUND);
        return isFast(probe, goal);
    }

    /** Calls until that becomes twice as fast as it was in the interpreter, or for some rounds. */
    private static void awaitFirstCompiler(Runnable idle) {
        long interpreted = repeat(idle, FIRST_CALLS);
        for (int round = 0; round < FIRST_ROUNDS; round++) {
            LockSupport.parkNanos(500_000);
            if (repeat(idle, FIRST_CALLS) < interpreted / 2) {
                return;
            }
        }
    }

    private static long repeat(Runnable idle, int calls) {
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            idle.run();
        }
        return System.nanoTime() - begin;
    }

    /** Whether three calls in a row are done in time; gives up on the first that is far off. */
    private static boolean isFast(Runnable probe, long goal) {
        int inTime = 0;
        for (int i = 0; i < 8 && inTime < 3; i++) {
            long before = System.nanoTime();
            probe.run();
            long time = System.nanoTime() - before;
            if (time > 4 * goal && i > 0) {
                return false;
            }
            inTime = time <= goal ? inTime + 1 : 0;
        }
        return inTime == 3;
    }

    private static void order(WarmUp routine) {
        synchronized (WAITING) {
            WAITING.add(routine);
            WAITING.notifyAll();
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("fathom-warm-up").start(WarmUp::serve);
            }
        }
    }

    private static void serve() {
        try {
            while (true) {
                var next = mostWanted();
                try {
                    next.job.run();
                    next.done = true;
                } catch (RuntimeException | LinkageError e) {
                    // the plain twin goes on serving; say why
                    var self = Thread.currentThread();
                    self.getUncaughtExceptionHandler().uncaughtException(self, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The waiting routine that has had the most work, measured by what makes it worth while. */
    private static WarmUp mostWanted() throws InterruptedException {
        synchronized (WAITING) {
            while (WAITING.isEmpty()) {
                WAITING.wait();
            }
            var next = Collections.max(WAITING, Comparator.comparingDouble(w -> (double) w.work / w.worthIt));
            WAITING.remove(next);
            return next;
        }
    }
}
