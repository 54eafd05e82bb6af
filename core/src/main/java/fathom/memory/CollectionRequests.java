package fathom.memory;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Collections on request, one at a time, on a thread of their own: whoever allocates goes on meanwhile. */
final class CollectionRequests {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition ASKED = LOCK.newCondition();
    private static final Condition ENDED = LOCK.newCondition();

    /** Whether one was asked for and has not begun, or is under way. */
    private static volatile boolean pending;

    private static boolean wanted;
    private static boolean wantedFull;
    private static long begun;
    private static long ended;
    private static volatile boolean effective = true;
    private static volatile boolean explicit = true;

    /** What a collection takes at most, in nanoseconds, for more of them to cost a program little. */
    private static final long BRIEF = 10_000_000;

    private static volatile boolean brief = true;
    private static volatile long count;
    private static boolean started;

    /** Between collections, in nanoseconds, where there is no haste. */
    private static final long INTERVAL = 100_000_000;

    /** When the last one ended. */
    private static volatile long last = System.nanoTime() - INTERVAL;

    private CollectionRequests() {}

    /**
     * Asks for a collection, unless one is pending, and returns at once.
     *
     * @param soon also where the last one was a short time ago
     */
    static void request(boolean soon) {
        if (pending || !soon && System.nanoTime() - last < INTERVAL) {
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

    /** {@return whether the last one took place} */
    static boolean isEffective() {
        return effective;
    }

    /** {@return whether {@code System.gc()} has an effect} */
    static boolean isExplicit() {
        return explicit;
    }

    /** {@return whether the last one took a short time only} */
    static boolean isBrief() {
        return brief;
    }

    /** {@return how many there have been} */
    static long count() {
        return count;
    }

    /**
     * Waits for a collection that begins after this call; interrupts stay pending.
     *
     * @param full whether it is to find old objects too
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
                    brief = System.nanoTime() - start < BRIEF;
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
