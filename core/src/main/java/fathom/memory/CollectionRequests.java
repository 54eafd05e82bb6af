package fathom.memory;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requested garbage collections, one at a time, on a thread of their own, so that allocating threads go on meanwhile.
 */
final class CollectionRequests {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition ASKED = LOCK.newCondition();
    private static final Condition ENDED = LOCK.newCondition();

    /** Whether one was requested and has not begun, or is under way. */
    private static volatile boolean pending;

    private static boolean wanted;
    private static boolean wantedFull;
    private static long begun;
    private static long ended;
    private static volatile boolean effective = true;
    private static volatile boolean explicit = true;

    /** Maximum duration of a brief collection, in nanoseconds: more of them cost a program little. */
    private static final long MAX_BRIEF = 10_000_000;

    private static volatile boolean brief = true;
    private static volatile long count;
    private static boolean started;

    /** Minimum time between collections, in nanoseconds, unless urgent. */
    private static final long MIN_INTERVAL = 100_000_000;

    /** The time when the last one ended. */
    private static volatile long last = System.nanoTime() - MIN_INTERVAL;

    private CollectionRequests() {}

    /**
     * Requests a collection, unless one is pending, and returns at once.
     *
     * @param soon even if the last one was recent
     */
    static void request(boolean soon) {
        if (pending || !soon && System.nanoTime() - last < MIN_INTERVAL) {
            return;
        }
        LOCK.lock();
        try {
            if (!pending) {
                ask(false);
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return whether the last request led to a collection} */
    static boolean isEffective() {
        return effective;
    }

    /** {@return whether {@code System.gc()} has an effect} */
    static boolean isExplicit() {
        return explicit;
    }

    /** {@return whether the last one was brief} */
    static boolean isBrief() {
        return brief;
    }

    /** {@return the number of collections so far} */
    static long count() {
        return count;
    }

    /**
     * Waits for a collection that begins after this call; interrupts stay pending.
     *
     * @param full whether old objects must be collected too
     */
    static void await(boolean full) {
        LOCK.lock();
        try {
            long mine = begun + 1;
            ask(full);
            while (ended < mine) {
                ENDED.awaitUninterruptibly();
            }
        } finally {
            LOCK.unlock();
        }
    }

    private static void ask(boolean full) {
        pending = true;
        wanted = true;
        wantedFull |= full;
        if (!started) {
            started = true;
            Thread.ofPlatform()
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .name("fathom-collections")
                    .start(CollectionRequests::serve);
        }
        ASKED.signal();
    }

    private static void serve() {
        var collector = new Collector();
        while (true) {
            boolean full = begin();
            try {
                Allocator.reclaim(() -> {
                    long start = System.nanoTime();
                    effective = collector.collect(full);
                    explicit = collector.isExplicit();
                    brief = System.nanoTime() - start < MAX_BRIEF;
                });
            } catch (OutOfMemoryError e) {
                effective = false; // of the Java heap, which was full before
            }
            end();
        }
    }

    private static boolean begin() {
        LOCK.lock();
        try {
            while (!wanted) {
                ASKED.awaitUninterruptibly();
            }
            boolean full = wantedFull;
            wanted = false;
            wantedFull = false;
            begun++;
            return full;
        } finally {
            LOCK.unlock();
        }
    }

    private static void end() {
        LOCK.lock();
        try {
            ended++;
            count = ended;
            last = System.nanoTime();
            pending = wanted;
            ENDED.signalAll();
        } finally {
            LOCK.unlock();
        }
    }
}
