package fathom.memory;

import org.jspecify.annotations.Nullable;

/**
 * Java garbage in proportion to native memory that only the collector will give back.
 *
 * <p>A tensor is a few hundred bytes to the collector, whatever lies behind it, so with a small young generation
 * collections, a tenth of a millisecond each, would come once in gigabytes of tensors. Memory that was never used costs
 * some microseconds per page at the first touch, far more than an operation on it; memory that comes back soon is still
 * in the cache. A fraction of its size in Java bytes, cleared at the cache's speed, brings the collection sooner. Where
 * the young generation is large this is not enough, and {@link CollectionRequests} asks for one.
 *
 * <p>Memory that scopes, the backward run or captured steps give back needs none.
 */
final class GcPressure {
    /** Java bytes of a piece: no collector takes it for a large object, which it would treat apart. */
    static final int PIECE = 1 << 16;

    /** Java bytes per native byte, at least and at most: more costs more than asking for a collection. */
    private static final double LEAST = 1.0 / 16;

    private static final double MOST = 1.0 / 2;

    /** What a training step may give back at its end counts for the next one, up to so many bytes. */
    private static final long MOST_CREDIT = 1L << 30;

    /** Pieces made at a time; more would be a collection of its own. */
    private static final int MOST_PIECES = 64;

    private static double rate = LEAST;

    /** Whether garbage is what brings collections; where they come on request alone it would only enlarge the heap. */
    private static boolean helps = Collector.isDrivenByGarbage();

    /** Java bytes to be made. */
    private static double due;

    /** The last piece; that it is stored keeps the compiler from leaving it out. */
    @SuppressWarnings("unused")
    private static byte @Nullable [] piece;

    private GcPressure() {}

    /**
     * Notes bytes handed out; the allocator's lock is held.
     *
     * @return how many pieces to {@link #make} once it is not
     */
    static int charge(long bytes) {
        due += bytes * rate;
        if (!helps || due < PIECE) {
            return 0;
        }
        int pieces = (int) Math.min(due / PIECE, MOST_PIECES);
        due -= (double) pieces * PIECE;
        return pieces;
    }

    /** Notes bytes that were given back without the collector; the allocator's lock is held. */
    static void relieve(long bytes) {
        due = Math.max(due - bytes * rate, -MOST_CREDIT * rate);
    }

    /**
     * Notes a collection; the allocator's lock is held. The rate changes towards one that brings it in time, however
     * large the young generation is.
     *
     * @param bytes handed out, and not come back, since the one before
     * @param wanted how many of these it should be
     */
    static void collected(long bytes, long wanted) {
        rate = Math.clamp(rate * Math.clamp((double) bytes / wanted, 0.7, 1.5), LEAST, MOST);
    }

    /** Notes that garbage is all that brings collections. */
    static void enable() {
        helps = true;
    }

    /** Makes garbage. */
    static void make(int pieces) {
        for (int i = 0; i < pieces; i++) {
            piece = new byte[PIECE];
        }
    }
}
