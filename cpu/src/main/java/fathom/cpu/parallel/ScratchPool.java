package fathom.cpu.parallel;

import fathom.memory.WorkingMemory;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pool of scratch sets, a few per processor. A thread that finds no free set waits a moment: enough threads are
 * running kernels already that one more would not finish sooner. The wait is bounded, because the lessees may, rarely,
 * wait for something else; after it, the thread gets a surplus set.
 */
final class ScratchPool {
    /** Maximum number of sets that are kept. */
    static final int MAX_KEPT = Math.max(16, 4 * Runtime.getRuntime().availableProcessors());

    /** Total bytes of all sets above which a set is cleared when it is returned. */
    private static final long MAX_HELD_BYTES = held();

    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Duration of a single wait: without a fence, a returning thread may miss that another one waits. */
    private static final long WAIT_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /**
     * Guards the growth of {@link #sets} and the condition that threads wait for; nothing is allocated or computed
     * under it.
     */
    private static final ReentrantLock LOCK = new ReentrantLock();

    private static final Condition RETURNED = LOCK.newCondition();
    private static final AtomicInteger WAITING = new AtomicInteger();

    /** Copy on write. */
    private static volatile ScratchSet[] sets = {};

    static {
        WorkingMemory.setHolder(ScratchPool::trim);
    }

    private ScratchPool() {}

    private static long held() {
        return Math.max(256L << 20, WorkingMemory.limit() / 16);
    }

    /** {@return a set, leased until it is released} */
    static ScratchSet lease(WeakReference<Scratch> lessee) {
        var findFree = findFree(lessee);
        return findFree != null ? findFree : allocate(lessee);
    }

    private static ScratchSet allocate(WeakReference<Scratch> lessee) {
        LOCK.lock();
        try {
            WAITING.incrementAndGet();
            for (long patience = MAX_WAIT_NANOS; ; patience = waited(patience)) {
                var findFree = findFree(lessee);
                if (findFree != null) {
                    return findFree;
                }
                int count = sets.length;
                if (count < MAX_KEPT) {
                    var made = new ScratchSet(lessee, false);
                    var more = Arrays.copyOf(sets, count + 1);
                    more[count] = made;
                    sets = more;
                    return made;
                }
                // workers do not wait: a thread with a lease waits for their chunks
                if (patience <= 0 || Thread.currentThread() instanceof Workers.Worker) {
                    return new ScratchSet(lessee, true);
                }
                recover();
            }
        } finally {
            WAITING.decrementAndGet();
            LOCK.unlock();
        }
    }

    /** {@return the remaining nanoseconds to wait; an interrupt, which stays pending, ends the wait} */
    private static long waited(long nanos) {
        try {
            return nanos - WAIT_SLICE_NANOS + RETURNED.awaitNanos(WAIT_SLICE_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static @Nullable ScratchSet findFree(WeakReference<Scratch> lessee) {
        for (var set : sets) {
            if (set.take(lessee)) {
                return set;
            }
        }
        return null;
    }

    static void release(ScratchSet set) {
        if (set.surplus || WorkingMemory.held() > MAX_HELD_BYTES) {
            set.clear();
        }
        if (set.surplus) {
            return;
        }
        set.release();
        if (WAITING.get() > 0) {
            LOCK.lock();
            try {
                RETURNED.signal();
            } finally {
                LOCK.unlock();
            }
        }
    }

    /** Frees the memory of idle sets. */
    static void trim() {
        for (var set : sets) {
            set.clearIfIdle();
        }
    }

    /** Recovers the sets of threads that terminated without releasing them. */
    private static void recover() {
        for (var set : sets) {
            if (set.isAbandoned()) {
                set.clearIfIdle();
            }
        }
    }

    /** {@return the number of sets} */
    static int size() {
        return sets.length;
    }
}
