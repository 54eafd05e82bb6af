package fathom.cpu.warmup;

import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Scratch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets vector code compiled beside the program's work. The interpreter runs code of the Vector API hundreds of times
 * slower than the compiler's, and the compiler comes only after some number of calls. So a routine has a plain twin
 * that gives the same bits; once the routine has had some work, a daemon thread calls it on made-up data until it is
 * fast, and it takes over.
 */
public final class WarmUp {
    /** Set to have the vector code used from the first call (the tests do). */
    public static final boolean EAGER = VectorApi.IS_PRESENT && Boolean.getBoolean("fathom.cpu.eager");

    /**
     * Whether the JVM has the Vector API, and the compiler that makes machine vectors of its objects (see {@code
     * -Xint}).
     */
    public static final boolean HAS_COMPILER =
            VectorApi.IS_PRESENT && !System.getProperty("java.vm.info", "").matches("interpreted.*|.*client.*");

    /** When to stop waiting for the compiler, in nanoseconds. */
    private static final long PATIENCE = 20_000_000_000L;

    /** The same while other routines wait for their turn. */
    private static final long PATIENCE_OF_OTHERS = 2_000_000_000L;

    /**
     * After this time the compiler has been asked; from then on the exercises leave it the processor, in nanoseconds.
     */
    private static final long ASKED = 200_000_000L;

    /** Calls after which the first compiler is asked. */
    private static final int FIRST_CALLS = 220;

    /** Times half a millisecond that it is waited for. */
    private static final int FIRST_ROUNDS = 100;

    /** Exercises of a round, and the time after which it ends all the same, in nanoseconds. */
    private static final int ROUND = 16;

    private static final long ROUND_NANOS = 1_000_000;

    /** Calls with nothing to do that follow each exercise: the compiler counts them just as well. */
    private static final int IDLE = 50;

    /** Rounds that usually get the second compiler to work; then it is given time. */
    private static final int BUSY_ROUNDS = 40;

    private static final long LONGEST_PAUSE = 50_000_000;

    /** Rounds of waiting after which there is work again: what the compiler made may have been thrown away. */
    private static final int IDLE_ROUNDS = 10;

    private static final List<WarmUp> WAITING = new ArrayList<>();
    private static volatile @Nullable Thread thread;

    private final BooleanSupplier job;
    private final AtomicBoolean ordered = new AtomicBoolean();
    private volatile boolean done;
    private volatile long worthIt;
    private long work; // racy on purpose: a lost addition only delays the order

    /**
     * @param worthIt amount of work after which the job is done
     * @param job tries to make the routine ready, in the background; returns whether that went well, and is otherwise
     *     done again after twice the work
     */
    public WarmUp(long worthIt, BooleanSupplier job) {
        this(worthIt, job, EAGER);
    }

    WarmUp(long worthIt, BooleanSupplier job, boolean eager) {
        this.worthIt = worthIt;
        this.job = job;
        this.done = eager;
        if (eager) {
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
        if (!HAS_COMPILER) {
            return false;
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
     * @return whether it became as fast
     */
    public static boolean untilFast(long goal, Runnable... exercises) {
        long begin = System.nanoTime();
        while (true) {
            long last = begin;
            for (var exercise : exercises) {
                last = System.nanoTime();
                exercise.run();
            }
            long now = System.nanoTime();
            if (now - last <= goal) {
                return true;
            }
            if (isOverdue(begin)) {
                return false;
            }
            if (now - begin > ASKED) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /**
     * Gets a routine compiled.
     *
     * @param work calls that take every branch
     * @param probe the smallest of calls with work
     * @param goal nanoseconds that the probe takes at most when it is compiled
     * @return whether the probe became as fast, in some seconds
     */
    public static boolean untilCompiled(Runnable work, Runnable probe, long goal) {
        return untilCompiled(probe, 0, work, probe, goal);
    }

    /**
     * As the other, for routines that are the sooner compiled the more often they are called, with work or without:
     * uncompiled vector code that works is slow. Code whose speed hangs on what the compiler saw of its loops (how
     * often they are entered, and go round) should rather have work in every call.
     *
     * @param idle a call with nothing to do
     */
    public static boolean untilCompiled(Runnable idle, Runnable work, Runnable probe, long goal) {
        return untilCompiled(idle, IDLE, work, probe, goal);
    }

    private static boolean untilCompiled(Runnable first, int more, Runnable work, Runnable probe, long goal) {
        long begin = System.nanoTime();
        repeat(first, FIRST_CALLS);
        awaitFirstCompiler(probe);
        long pause = ROUND_NANOS / 2;
        for (int round = 0; !isOverdue(begin); round++) {
            boolean busy = round % (BUSY_ROUNDS + IDLE_ROUNDS) < BUSY_ROUNDS;
            long start = System.nanoTime();
            for (int i = 0; i < (busy ? ROUND : 1) && System.nanoTime() - start < ROUND_NANOS; i++) {
                work.run();
                repeat(first, more);
            }
            if (staysFast(work, probe, goal)) {
                return true;
            }
            if (busy) {
                pause = ROUND_NANOS / 2;
            } else {
                LockSupport.parkNanos(pause); // it is the compiler's turn, and the program's
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
        return false;
    }

    private static boolean isOverdue(long begin) {
        long spent = System.nanoTime() - begin;
        return spent > PATIENCE || spent > PATIENCE_OF_OTHERS && Thread.currentThread() == thread && areOthersWaiting();
    }

    private static boolean areOthersWaiting() {
        synchronized (WAITING) {
            return !WAITING.isEmpty();
        }
    }

    /** Whether the probe is fast, also after all branches were taken: one that is not compiled undoes the whole. */
    private static boolean staysFast(Runnable work, Runnable probe, long goal) {
        if (!isFast(probe, goal)) {
            return false;
        }
        work.run();
        return isFast(probe, goal);
    }

    /** Calls until that becomes twice as fast as it was in the interpreter, or for some rounds. */
    private static void awaitFirstCompiler(Runnable probe) {
        long interpreted = repeat(probe, 2);
        for (int round = 0; round < FIRST_ROUNDS; round++) {
            LockSupport.parkNanos(500_000);
            if (repeat(probe, 2) < interpreted / 2) {
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
                try (var _ = Scratch.open()) {
                    if (next.job.getAsBoolean()) {
                        next.done = true;
                    } else {
                        next.work = 0;
                        next.worthIt *= 2;
                        next.ordered.set(false);
                    }
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
