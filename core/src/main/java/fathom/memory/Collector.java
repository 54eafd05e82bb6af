package fathom.memory;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ways of having garbage collected, whichever collector the JVM has. Whether a collection took place shows in a
 * sentinel: an object that only a weak reference knows.
 *
 * <p>{@code System.gc()} stops the program for a time that grows with its live objects (a quarter of a second for
 * fifteen millions), unless the collector works beside it; with {@code -XX:+DisableExplicitGC} it does nothing. Java
 * garbage, made until the sentinel is gone, brings a collection of young objects, which is all that is needed for
 * tensors dropped soon, at a cost that grows with the young generation (some milliseconds for a hundred megabytes).
 * Concurrent collectors clear references to old objects only, and garbage brings that after minutes and gigabytes; a
 * {@link HeapInspection} does it at once.
 */
final class Collector {
    /** Live Java bytes that a full collection is short with: some ten milliseconds. */
    private static final long FEW_LIVE = 64 << 20;

    /**
     * With more live, full collections that stop the program are asked for while they take no longer, in nanoseconds.
     */
    private static final long SHORT = 25_000_000;

    /**
     * Garbage made at a time, and the pause after it, in nanoseconds. Without pauses collections would take a tenth of
     * the time, and the JVM would enlarge the young generation up to gigabytes.
     */
    private static final int BURST = 1 << 19;

    private static final long REST = 60_000;

    /** Bytes of garbage to make at most, for a collection of young objects, before a full collection is asked for. */
    private static final long LITTLE = 32 << 20;

    /** When to give up on garbage, in nanoseconds. */
    private static final long PATIENCE = 30_000_000_000L;

    /** A large piece of garbage, for a collector that clears references to old objects only. */
    private static final int LARGE_PIECE = 1 << 24;

    /** Calls of {@code System.gc()} without effect after which it is known to have none. */
    private static final int TRIES = 3;

    private enum Kind {
        /** Stops the program. */
        STOPPING,
        /** Works beside it. */
        CONCURRENT,
        /** Never collects. */
        NONE
    }

    private static final Kind KIND = kind();

    /**
     * A heap that is larger, with little that lives in it, is to be made smaller by a full collection. G1 begins with a
     * young generation of some two hundred megabytes, and goes back to that where collections follow each other closely
     * while a program starts: so much garbage lies between two collections, and each page of it is touched for the
     * first time. A full collection leaves it a tenth of that.
     */
    private static final long LARGE_HEAP = 128 << 20;

    /** Times that it is made smaller at most: it may have become that large for a reason. */
    private static final int MOST_SHRINKS = 3;

    private static volatile int shrinks = KIND == Kind.STOPPING && isNamed("G1") ? 0 : MOST_SHRINKS;

    /** As of the last collection that was noticed: asking costs as much as a small allocation. */
    private static volatile boolean oversized = shrinks == 0;

    private boolean explicit = true;

    /** Java bytes in use right after the last collection that was noticed: live ones, as near as can be known. */
    private static volatile long live = usedHeap();

    /** Of the last full collection: how long it took, and the live bytes. */
    private long fullNanos;

    private long fullLive;

    private byte @Nullable [] piece;

    private static Kind kind() {
        if (isNamed("ZGC") || isNamed("Shenandoah")) {
            return Kind.CONCURRENT;
        }
        return isNamed("Epsilon") ? Kind.NONE : Kind.STOPPING;
    }

    private static boolean isNamed(String prefix) {
        return beans().stream().anyMatch(bean -> bean.getName().startsWith(prefix));
    }

    private static List<GarbageCollectorMXBean> beans() {
        try {
            return ManagementFactory.getGarbageCollectorMXBeans();
        } catch (LinkageError e) {
            return List.of(); // the module java.management is not here; most collectors stop the program
        }
    }

    /** {@return how many collections there have been, of all kinds; 0 where that cannot be known} */
    private static long collections() {
        long sum = 0;
        for (var bean : beans()) {
            sum += Math.max(0, bean.getCollectionCount());
        }
        return sum;
    }

    /** {@return whether the Java heap is so much larger than what lives in it that a collection is to come early} */
    static boolean isOversized() {
        return oversized;
    }

    /** {@return whether a little garbage brings a collection that clears references} */
    static boolean isDrivenByGarbage() {
        return KIND == Kind.STOPPING;
    }

    /** {@return whether {@code System.gc()} has an effect, as far as is known} */
    boolean isExplicit() {
        return explicit;
    }

    /**
     * Has garbage collected and returns when references have been cleared.
     *
     * @param full whether old objects are wanted as well, however long that takes
     * @return whether there was a collection
     */
    boolean collect(boolean full) {
        if (KIND == Kind.NONE) {
            return false;
        }
        var sentinel = new WeakReference<>(new Object());
        boolean isShort = explicit && (KIND == Kind.CONCURRENT || isShort());
        if (isShort && KIND == Kind.STOPPING && !full && !isOversized() && garbage(sentinel, LITTLE)) {
            return true;
        }
        if (explicit && (full || isShort)) {
            // a concurrent collector may have been at work already, and have begun before the sentinel was there
            for (int i = 0; i < TRIES; i++) {
                long start = System.nanoTime();
                System.gc();
                if (sentinel.refersTo(null)) {
                    fullNanos = System.nanoTime() - start;
                    noteCollection();
                    fullLive = live;
                    shrinks = oversized ? MOST_SHRINKS : shrinks + 1; // there may be a bound (-Xms)
                    oversized = false;
                    return true;
                }
            }
            explicit = false;
        }
        for (int i = 0; KIND == Kind.CONCURRENT && i < TRIES && HeapInspection.collect(); i++) {
            if (sentinel.refersTo(null)) {
                noteCollection();
                return true;
            }
        }
        GcPressure.enable();
        return makeGarbage(sentinel);
    }

    private boolean isShort() {
        return live < FEW_LIVE || fullNanos != 0 && fullNanos * Math.max(1.0, (double) live / fullLive) < SHORT;
    }

    /** Notes that there has just been a collection. */
    static void noteCollection() {
        live = usedHeap();
        oversized = shrinks < MOST_SHRINKS && live < FEW_LIVE / 2 && Runtime.getRuntime().totalMemory() > LARGE_HEAP;
    }

    private static long usedHeap() {
        Runtime r = Runtime.getRuntime();
        return r.totalMemory() - r.freeMemory();
    }

    private boolean makeGarbage(WeakReference<Object> sentinel) {
        long start = System.nanoTime();
        // ZGC clears references to objects that have become old, by a collection of the old generation
        int count = KIND == Kind.CONCURRENT ? (int) (Runtime.getRuntime().maxMemory() / LARGE_PIECE / 8) : 0;
        var old = new byte[count][];
        for (int i = 0; !garbage(sentinel, BURST); i++) {
            if (count > 0) {
                old[i % count] = new byte[LARGE_PIECE];
            }
            if (System.nanoTime() - start > PATIENCE) {
                return false;
            }
        }
        return true;
    }

    /** Makes garbage until there was a collection, but no more than so many bytes. */
    private boolean garbage(WeakReference<Object> sentinel, long most) {
        long before = collections();
        for (long made = 0; made < most; made += BURST) {
            for (int n = 0; n < BURST; n += GcPressure.PIECE) {
                piece = new byte[GcPressure.PIECE];
            }
            // a reference that a collection of young objects makes old keeps what it refers to
            if (sentinel.refersTo(null) || KIND == Kind.STOPPING && collections() != before) {
                noteCollection();
                return true;
            }
            LockSupport.parkNanos(REST);
        }
        return false;
    }
}
