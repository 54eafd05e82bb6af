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
 * Warms up vector code in the background. The interpreter runs code of the Vector API hundreds of times slower than
 * compiled code, and the JIT compiles only after some number of calls. So a routine has a scalar fallback with the same
 * bits as result; once the routine has had some work, a daemon thread calls the vector code on synthetic data until it
 * is fast, and it takes over.
 */
public final class WarmUp {
    /** Whether to use the vector code from the first call, as the tests do. */
    public static final boolean EAGER = VectorApi.IS_PRESENT && Boolean.getBoolean("fathom.cpu.eager");

    /** Whether the JVM has the Vector API, and a JIT compiler with vector intrinsics (not with {@code -Xint}). */
    public static final boolean HAS_COMPILER =
            VectorApi.IS_PRESENT && !System.getProperty("java.vm.info", "").matches("interpreted.*|.*client.*");

    /** Maximum wait for the compiler in nanoseconds. */
    private static final long MAX_NANOS = 20_000_000_000L;

    /** Maximum wait while other routines are queued. */
    private static final long MAX_NANOS_CONTENDED = 2_000_000_000L;

    /**
     * Nanoseconds after which the compilation is requested for certain; from then on the warm-up leaves the processor
     * to the compiler.
     */
    private static final long YIELD_AFTER_NANOS = 200_000_000L;

    /** Calls after which C1 compilation is requested. */
    private static final int C1_CALLS = 220;

    /** Maximum number of waits of half a millisecond for C1. */
    private static final int C1_ROUNDS = 100;

    /** Calls per round, and the maximum duration of a round in nanoseconds. */
    private static final int ROUND_CALLS = 16;

    private static final long ROUND_NANOS = 1_000_000;

    /** Idle calls after each warm-up call: the compiler counts them equally. */
    private static final int IDLE_CALLS = 50;

    /** Rounds that usually trigger C2; after them, it is given time. */
    private static final int BUSY_ROUNDS = 40;

    private static final long MAX_PAUSE_NANOS = 50_000_000;

    /** Waiting rounds after which calls resume, because the compiled code may have been deoptimised. */
    private static final int IDLE_ROUNDS = 10;

    private static final List<WarmUp> WAITING = new ArrayList<>();
    private static volatile @Nullable Thread thread;

    private final BooleanSupplier job;
    private final AtomicBoolean ordered = new AtomicBoolean();
    private volatile boolean done;
    private volatile long threshold;
    private long work; // benign data race: a lost update only delays the warm-up

    /**
     * @param threshold amount of work after which the job is scheduled
     * @param job warms up the routine in the background and returns whether it succeeded; after a failure it is
     *     scheduled again after twice the work
     */
    public WarmUp(long threshold, BooleanSupplier job) {
        this(threshold, job, EAGER);
    }

    WarmUp(long threshold, BooleanSupplier job, boolean eager) {
        this.threshold = threshold;
        this.job = job;
        this.done = eager;
        if (eager) {
            ordered.set(true);
        }
    }

    /**
     * Reports work.
     *
     * @return whether the job has succeeded, so that the vector code is to be used
     */
    public boolean isDone(long more) {
        if (done) {
            return true;
        }
        if (!HAS_COMPILER) {
            return false;
        }
        work += more;
        if (work >= threshold && ordered.compareAndSet(false, true)) {
            order(this);
        }
        return false;
    }

    /** Schedules the job again, after the compiled code was deoptimised. */
    public void again() {
        if (!EAGER && done) {
            done = false;
            order(this);
        }
    }

    /**
     * Repeats warm-up calls until they are as fast as compiled code, for at most some seconds.
     *
     * @param goal upper bound, in nanoseconds, of the last call once it is compiled
     * @param exercises warm-up calls, run in turn
     * @return whether the goal was reached
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
            if (now - begin > YIELD_AFTER_NANOS) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /**
     * Warms up a routine.
     *
     * @param work calls that take every branch
     * @param probe the smallest call with work
     * @param goal upper bound, in nanoseconds, of the probe once it is compiled
     * @return whether the probe reached the goal within some seconds
     */
    public static boolean untilCompiled(Runnable work, Runnable probe, long goal) {
        return untilCompiled(probe, 0, work, probe, goal);
    }

    /**
     * Warms up a routine with additional calls without work, which trigger the compilation sooner, since uncompiled
     * vector code is slow. Code whose speed depends on the profile of its loops should have work in every call instead.
     *
     * @param idle a call without work
     */
    public static boolean untilCompiled(Runnable idle, Runnable work, Runnable probe, long goal) {
        return untilCompiled(idle, IDLE_CALLS, work, probe, goal);
    }

    private static boolean untilCompiled(Runnable first, int more, Runnable work, Runnable probe, long goal) {
        long begin = System.nanoTime();
        repeat(first, C1_CALLS);
        awaitC1(probe);
        long pause = ROUND_NANOS / 2;
        for (int round = 0; !isOverdue(begin); round++) {
            boolean busy = round % (BUSY_ROUNDS + IDLE_ROUNDS) < BUSY_ROUNDS;
            long start = System.nanoTime();
            for (int i = 0; i < (busy ? ROUND_CALLS : 1) && System.nanoTime() - start < ROUND_NANOS; i++) {
                work.run();
                repeat(first, more);
            }
            if (staysFast(work, probe, goal)) {
                return true;
            }
            if (busy) {
                pause = ROUND_NANOS / 2;
            } else {
                LockSupport.parkNanos(pause); // leaves the processor to the compiler and the program
                pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
            }
        }
        return false;
    }

    private static boolean isOverdue(long begin) {
        long spent = System.nanoTime() - begin;
        return spent > MAX_NANOS
                || spent > MAX_NANOS_CONTENDED && Thread.currentThread() == thread && areOthersWaiting();
    }

    private static boolean areOthersWaiting() {
        synchronized (WAITING) {
            return !WAITING.isEmpty();
        }
    }

    /** Whether the probe is fast, also after all branches were taken: an uncompiled branch deoptimises the whole. */
    private static boolean staysFast(Runnable work, Runnable probe, long goal) {
        if (!isFast(probe, goal)) {
            return false;
        }
        work.run();
        return isFast(probe, goal);
    }

    /** Calls the probe until it is twice as fast as in the interpreter, or for some rounds. */
    private static void awaitC1(Runnable probe) {
        long interpreted = repeat(probe, 2);
        for (int round = 0; round < C1_ROUNDS; round++) {
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

    /** Whether three consecutive calls reach the goal; it gives up at the first one that is far off. */
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
                var next = nextRoutine();
                try (var _ = Scratch.open()) {
                    if (next.job.getAsBoolean()) {
                        next.done = true;
                    } else {
                        next.work = 0;
                        next.threshold *= 2;
                        next.ordered.set(false);
                    }
                } catch (RuntimeException | LinkageError e) {
                    // the scalar fallback continues to serve; log the reason
                    var self = Thread.currentThread();
                    self.getUncaughtExceptionHandler().uncaughtException(self, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return the queued routine with the most work relative to its threshold} */
    private static WarmUp nextRoutine() throws InterruptedException {
        synchronized (WAITING) {
            while (WAITING.isEmpty()) {
                WAITING.wait();
            }
            var next = Collections.max(WAITING, Comparator.comparingDouble(w -> (double) w.work / w.threshold));
            WAITING.remove(next);
            return next;
        }
    }
}
