package fathom.memory;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Triggers garbage collections under any of the JVM's collectors. A sentinel, an object that is only weakly reachable,
 * shows whether one took place.
 *
 * <p>{@code System.gc()} pauses the program for a time that grows with its live objects (a quarter of a second for
 * fifteen million), unless the collector is concurrent; with {@code -XX:+DisableExplicitGC} it does nothing. Java
 * garbage, allocated until the sentinel is cleared, triggers a young collection, which suffices for tensors dropped
 * soon, at a cost that grows with the young generation (some milliseconds per hundred megabytes). Concurrent collectors
 * clear only references to old objects, which garbage triggers after minutes and gigabytes; a {@link HeapInspection}
 * triggers it at once.
 */
final class Collector {
    /** Maximum live Java bytes for which a full collection is short: some ten milliseconds. */
    private static final long FEW_LIVE_BYTES = 64 << 20;

    /**
     * With more live bytes, stop-the-world full collections are triggered while they take no longer than this, in
     * nanoseconds.
     */
    private static final long MAX_SHORT = 25_000_000;

    /**
     * Garbage allocated in one burst, and the pause after it, in nanoseconds. Without pauses collections would take a
     * tenth of the time, and the JVM would grow the young generation to gigabytes.
     */
    private static final int BURST = 1 << 19;

    private static final long BURST_PAUSE = 60_000;

    /** Maximum bytes of garbage to trigger a young collection, before a full collection is triggered. */
    private static final long MAX_YOUNG_GARBAGE = 32 << 20;

    /** Timeout of garbage production, in nanoseconds. */
    private static final long TIMEOUT = 30_000_000_000L;

    /** A large object, for a collector that clears only references to old objects. */
    private static final int LARGE_PIECE = 1 << 24;

    /** Calls of {@code System.gc()} without effect after which it counts as disabled. */
    private static final int TRIES = 3;

    private enum Kind {
        /** Stop-the-world. */
        STOPPING,
        /** Concurrent. */
        CONCURRENT,
        /** Never collects. */
        NONE
    }

    private static final Kind KIND = kind();

    /**
     * Heap size beyond which, if little of it is live, a full collection shrinks it. G1 starts with a young generation
     * of some two hundred megabytes, and returns to that where collections follow each other closely while a program
     * starts: this much garbage accumulates between two collections, and each of its pages is touched for the first
     * time. A full collection leaves it a tenth of that.
     */
    private static final long LARGE_HEAP = 128 << 20;

    /** Maximum number of times to shrink it: it may have grown for a reason. */
    private static final int MAX_SHRINKS = 3;

    private static volatile int shrinks = KIND == Kind.STOPPING && isNamed("G1") ? 0 : MAX_SHRINKS;

    /** As of the last collection noticed, since querying it costs as much as a small allocation. */
    private static volatile boolean oversized = shrinks == 0;

    private boolean explicit = true;

    /** Java bytes in use right after the last collection noticed: an estimate of the live bytes. */
    private static volatile long live = usedHeap();

    /** Duration of the last full collection, and the live bytes then. */
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
            return List.of(); // the module java.management is missing; most collectors are stop-the-world
        }
    }

    /** {@return the number of collections of all kinds; 0 if unknown} */
    private static long collections() {
        long sum = 0;
        for (var bean : beans()) {
            sum += Math.max(0, bean.getCollectionCount());
        }
        return sum;
    }

    /** {@return whether the Java heap exceeds its live bytes so far that an early collection should shrink it} */
    static boolean isOversized() {
        return oversized;
    }

    /** {@return whether a little garbage triggers a collection that clears references} */
    static boolean isDrivenByGarbage() {
        return KIND == Kind.STOPPING;
    }

    /** {@return whether {@code System.gc()} has an effect, as far as is known} */
    boolean isExplicit() {
        return explicit;
    }

    /**
     * Triggers a garbage collection and returns when references have been cleared.
     *
     * @param full whether old objects must be collected too, however long that takes
     * @return whether a collection took place
     */
    boolean collect(boolean full) {
        if (KIND == Kind.NONE) {
            return false;
        }
        var sentinel = new WeakReference<>(new Object());
        boolean isShort = explicit && (KIND == Kind.CONCURRENT || isShort());
        if (isShort && KIND == Kind.STOPPING && !full && !isOversized() && garbage(sentinel, MAX_YOUNG_GARBAGE)) {
            return true;
        }
        if (explicit && (full || isShort)) {
            // a concurrent collection may have been under way already, and have begun before the sentinel was created
            for (int i = 0; i < TRIES; i++) {
                long start = System.nanoTime();
                System.gc();
                if (sentinel.refersTo(null)) {
                    fullNanos = System.nanoTime() - start;
                    noteCollection();
                    fullLive = live;
                    shrinks = oversized ? MAX_SHRINKS : shrinks + 1; // there may be a lower bound (-Xms)
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
        return live < FEW_LIVE_BYTES
                || fullNanos != 0 && fullNanos * Math.max(1.0, (double) live / fullLive) < MAX_SHORT;
    }

    /** Records that a collection has just taken place. */
    static void noteCollection() {
        live = usedHeap();
        oversized =
                shrinks < MAX_SHRINKS && live < FEW_LIVE_BYTES / 2 && Runtime.getRuntime().totalMemory() > LARGE_HEAP;
    }

    private static long usedHeap() {
        Runtime r = Runtime.getRuntime();
        return r.totalMemory() - r.freeMemory();
    }

    private boolean makeGarbage(WeakReference<Object> sentinel) {
        long start = System.nanoTime();
        // ZGC clears references to objects that have become old, in a collection of the old generation
        int count = KIND == Kind.CONCURRENT ? (int) (Runtime.getRuntime().maxMemory() / LARGE_PIECE / 8) : 0;
        var old = new byte[count][];
        for (int i = 0; !garbage(sentinel, BURST); i++) {
            if (count > 0) {
                old[i % count] = new byte[LARGE_PIECE];
            }
            if (System.nanoTime() - start > TIMEOUT) {
                return false;
            }
        }
        return true;
    }

    /** Allocates garbage until a collection took place, but at most {@code most} bytes. */
    private boolean garbage(WeakReference<Object> sentinel, long most) {
        long before = collections();
        for (long made = 0; made < most; made += BURST) {
            for (int n = 0; n < BURST; n += GcPressure.PIECE) {
                piece = new byte[GcPressure.PIECE];
            }
            // a reference that a young collection promotes keeps its referent
            if (sentinel.refersTo(null) || KIND == Kind.STOPPING && collections() != before) {
                noteCollection();
                return true;
            }
            LockSupport.parkNanos(BURST_PAUSE);
        }
        return false;
    }
}
