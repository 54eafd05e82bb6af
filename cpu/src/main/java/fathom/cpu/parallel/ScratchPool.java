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
 * All sets of working memory. There are a few for each processor; a thread that finds none free waits a moment for one,
 * since so many threads are in the middle of a kernel already that another one would not go any sooner. It waits no
 * longer than that: those that have one may, seldom, wait for something else, and then it gets a set beyond the number.
 */
final class ScratchPool {
    /** Sets that are kept. */
    static final int MOST = Math.max(16, 4 * Runtime.getRuntime().availableProcessors());

    /** Bytes of all sets beyond which a set's are freed when it is returned. */
    private static final long HELD = held();

    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long it waits at a time: who returns a set may, for lack of a fence, not see that somebody waits. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(1);

    /** Guards {@link #sets}'s growth, and is what threads wait at; nothing is allocated or computed under it. */
    private static final ReentrantLock LOCK = new ReentrantLock();

    private static final Condition RETURNED = LOCK.newCondition();
    private static final AtomicInteger WAITING = new AtomicInteger();

    /** Written as a whole. */
    private static volatile ScratchSet[] sets = {};

    static {
        WorkingMemory.setHolder(ScratchPool::trim);
    }

    private ScratchPool() {}

    private static long held() {
        return Math.max(256L << 20, WorkingMemory.limit() / 16);
    }

    /** {@return a set that is the taker's until it is given back} */
    static ScratchSet lease(WeakReference<Scratch> taker) {
        var free = free(taker);
        return free != null ? free : another(taker);
    }

    private static ScratchSet another(WeakReference<Scratch> taker) {
        LOCK.lock();
        try {
            WAITING.incrementAndGet();
            for (long patience = PATIENCE; ; patience = waited(patience)) {
                var free = free(taker);
                if (free != null) {
                    return free;
                }
                int count = sets.length;
                if (count < MOST) {
                    var made = new ScratchSet(taker, false);
                    var more = Arrays.copyOf(sets, count + 1);
                    more[count] = made;
                    sets = more;
                    return made;
                }
                // workers do not wait: a thread that has a set waits for their chunks
                if (patience <= 0 || Thread.currentThread() instanceof Workers.Worker) {
                    return new ScratchSet(taker, true);
                }
                recover();
            }
        } finally {
            WAITING.decrementAndGet();
            LOCK.unlock();
        }
    }

    /** {@return how much longer to wait; an interrupt, which stays pending, ends it} */
    private static long waited(long nanos) {
        try {
            return nanos - SLICE + RETURNED.awaitNanos(SLICE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static @Nullable ScratchSet free(WeakReference<Scratch> taker) {
        for (var set : sets) {
            if (set.take(taker)) {
                return set;
            }
        }
        return null;
    }

    static void giveBack(ScratchSet set) {
        if (set.surplus || WorkingMemory.held() > HELD) {
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

    /** Frees the memory of sets that nobody works in. */
    static void trim() {
        for (var set : sets) {
            set.clearIfIdle();
        }
    }

    /** Makes sets that threads took with them when they ended free again. */
    private static void recover() {
        for (var set : sets) {
            if (set.isLeft()) {
                set.clearIfIdle();
            }
        }
    }

    /** {@return how many sets there are} */
    static int size() {
        return sets.length;
    }
}
